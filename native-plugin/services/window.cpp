#include "native-plugin/services/window.hpp"

#include <algorithm>

#include "core/package/promotion/time.hpp"

namespace backstay::plugin {
namespace {

Error wrong(std::string message) { return Error{ErrorCode::malformed, {}, std::move(message)}; }

Result<std::optional<std::int64_t>> time_of(const JsonValue& window, std::string_view key) {
  const JsonValue* value = window.find(key);
  if (!value || value->is(JsonValue::Kind::null)) return std::optional<std::int64_t>();
  const std::optional<promotion::Time> time = promotion::parse_time(value->string);
  if (!value->is(JsonValue::Kind::string) || !time) return wrong("\"window\": \"" + std::string(key) + "\" is no time such as 2026-07-01T22:00:00Z");
  return std::optional<std::int64_t>(time->utc_s * 1000);
}

}  // namespace

Result<Window> read_window(const JsonValue& value) {
  if (!value.is(JsonValue::Kind::object)) return wrong("\"window\" is no object");
  for (const JsonMember& member : value.members) {
    const std::string& key = member.key;
    if (key != "not_before" && key != "not_after" && key != "min_remaining_s" && key != "on_overrun") return wrong("\"window\" has no member \"" + key + "\"");
  }
  const Result<std::optional<std::int64_t>> from = time_of(value, "not_before"), to = time_of(value, "not_after");
  if (!from.ok()) return from.error();
  if (!to.ok()) return to.error();
  Window window{from.value(), to.value(), 0, false};
  if (window.not_before_ms && window.not_after_ms && *window.not_after_ms <= *window.not_before_ms) return wrong("\"window\" ends before it begins");
  if (const JsonValue* remaining = value.find("min_remaining_s")) {
    constexpr std::int64_t longest_s = 31 * 24 * 3600;
    if (!remaining->is(JsonValue::Kind::integer) || remaining->integer < 0 || remaining->integer > longest_s) return wrong("\"window\": \"min_remaining_s\" is no number of seconds up to 31 days");
    window.min_remaining_ms = remaining->integer * 1000;
  }
  if (const JsonValue* overrun = value.find("on_overrun")) {
    if (overrun->string != "finish" && overrun->string != "restore") return wrong("\"window\": \"on_overrun\" is neither \"finish\" nor \"restore\"");
    window.restore_on_overrun = overrun->string == "restore";
  }
  return window;
}

WindowState window_at(const Window& window, std::int64_t now_ms, std::int64_t needed_ms) {
  if (window.not_before_ms && now_ms < *window.not_before_ms) return WindowState::too_early;
  const std::int64_t room = std::max(needed_ms, window.min_remaining_ms);
  if (window.not_after_ms && now_ms + room > *window.not_after_ms) return WindowState::too_late;
  return WindowState::open;
}

}  // namespace backstay::plugin
