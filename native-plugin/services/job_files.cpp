#include "native-plugin/services/job_files.hpp"

#include <signal.h>

#include <cerrno>
#include <limits>

#include "core/base/json.hpp"
#include "native-plugin/services/from_error.hpp"

namespace backstay::plugin {
namespace {

constexpr std::uint64_t max_marker_bytes = 64 * 1024;

bool blocks_by_kind(std::string_view kind) {
  return kind == "import" || kind == "bulk_update" || kind == "restore" || kind == "promotion";
}

// A process that is not ours to signal is there all the same.
bool is_gone(std::int64_t pid) {
  if (pid <= 0 || pid > std::numeric_limits<pid_t>::max()) return false;
  return ::kill(static_cast<pid_t>(pid), 0) != 0 && errno == ESRCH;
}

std::uint64_t count_of(const JsonValue& object, std::string_view key) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(object.whole(key).value_or(0), 0));
}

// A marker that is being written, or damaged: a job we know nothing of, and better waited for.
Job unknown_job(std::string_view id) {
  Job job;
  job.id = id;
  job.kind = "other";
  job.blocks = true;
  return job;
}

}  // namespace

Answered JobFiles::running(std::vector<Job>& jobs, bool& checked) {
  const Result<bool> exists = state_.exists("jobs");
  if (!exists.ok()) return answered_from(exists.error());
  checked = exists.value();
  if (!checked) return {};
  const Result<std::vector<fs::Folder::Entry>> entries = state_.list("jobs");
  if (!entries.ok()) return answered_from(entries.error());
  for (const fs::Folder::Entry& entry : entries.value()) {
    if (!entry.name.ends_with(".json")) continue;
    const std::string id = entry.name.substr(entry.name.rfind('/') + 1);
    const Result<std::string> text = state_.read(entry.name, max_marker_bytes);
    if (!text.ok() && text.error().code == ErrorCode::missing) continue;  // it ended just now
    const Result<JsonDocument> document = parse_json(text.ok() ? text.value() : "", id);
    if (!document.ok() || !document.value().root.is(JsonValue::Kind::object)) {
      jobs.push_back(unknown_job(id));
      continue;
    }
    const JsonValue& marker = document.value().root;
    if (const auto pid = marker.whole("pid"); pid && is_gone(*pid)) continue;
    Job job;
    job.id = id.substr(0, id.size() - 5);
    job.kind = marker.text("kind").value_or("other");
    job.table = marker.text("table").value_or("");
    job.started_at = marker.text("started").value_or("");
    job.by = marker.text("by").value_or("");
    job.done = count_of(marker, "done");
    job.total = count_of(marker, "total");
    job.blocks = marker.flag("blocks").value_or(blocks_by_kind(job.kind));
    jobs.push_back(std::move(job));
  }
  return {};
}

Answered JobFiles::hold_new(bool hold) {
  const Result<bool> exists = state_.exists("jobs");
  if (!exists.ok()) return answered_from(exists.error());
  if (!exists.value()) return {};
  const Result<Nothing> done = hold ? state_.write("jobs/hold", "", true) : state_.remove("jobs/hold");
  if (!done.ok()) return answered_from(done.error());
  const Result<Nothing> synced = state_.sync_parent("jobs/hold");
  if (!synced.ok()) return answered_from(synced.error());
  return {};
}

}  // namespace backstay::plugin
