// The maintenance window: when an apply may change anything.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/json.hpp"

namespace backstay::plugin {

struct Window {
  std::optional<std::int64_t> not_before_ms, not_after_ms;  // UTC, since 1970
  std::int64_t min_remaining_ms = 0;
  bool restore_on_overrun = false;  // "on_overrun": "restore"; else a step that was begun in time is finished
};

// {"not_before", "not_after", "min_remaining_s", "on_overrun": "finish"|"restore"}, all optional; times in
// RFC 3339 with a zone. Errors: malformed, naming the member; also when it ends before it begins.
Result<Window> read_window(const JsonValue& value);

enum class WindowState : std::uint8_t { open, too_early, too_late };

// May work that takes `needed_ms` (0: nobody knows) begin now? too_late also when it would not fit any more.
WindowState window_at(const Window& window, std::int64_t now_ms, std::int64_t needed_ms);

}  // namespace backstay::plugin
