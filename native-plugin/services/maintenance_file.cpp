#include "native-plugin/services/maintenance_file.hpp"

#include "core/base/json.hpp"
#include "native-plugin/services/from_error.hpp"

namespace backstay::plugin {
namespace {

constexpr const char* file = "maintenance.json";
constexpr const char* next_file = "maintenance.json.new";
constexpr std::uint64_t max_bytes = 1 << 20;

}  // namespace

Answered MaintenanceFile::holder(std::string& op_id) {
  op_id.clear();
  const Result<std::string> text = state_.read(file, max_bytes);
  if (!text.ok()) return text.error().code == ErrorCode::missing ? Answered{} : answered_from(text.error());
  const Result<JsonDocument> document = parse_json(text.value(), file);
  // Somebody else's file, or an administrator's: the environment is in maintenance, and not by us.
  op_id = document.ok() ? document.value().root.text("op_id").value_or("unknown") : "unknown";
  return {};
}

Answered MaintenanceFile::enter(std::string_view op_id, std::string_view json) {
  std::string now;
  if (const Answered asked = holder(now); !asked.ok()) return asked;
  if (now == op_id) return {};
  if (!now.empty()) return {BACKSTAY_E_LOCKED, "the environment is in maintenance already, by operation " + now};
  // Complete or not at all: front ends read it at any time.
  if (const Result<Nothing> written = state_.write(next_file, json, true); !written.ok()) return answered_from(written.error());
  if (const Result<Nothing> moved = state_.rename(next_file, file); !moved.ok()) return answered_from(moved.error());
  if (const Result<Nothing> synced = state_.sync_parent(file); !synced.ok()) return answered_from(synced.error());
  return {};
}

Answered MaintenanceFile::leave(std::string_view op_id, std::string_view) {
  std::string now;
  if (const Answered asked = holder(now); !asked.ok()) return asked;
  if (now != op_id) return {};
  // Letting go is a change too: after a power cut nobody may be locked out by an operation that has ended.
  if (const Result<Nothing> removed = state_.remove(file); !removed.ok()) return answered_from(removed.error());
  if (const Result<Nothing> synced = state_.sync_parent(file); !synced.ok()) return answered_from(synced.error());
  return {};
}

}  // namespace backstay::plugin
