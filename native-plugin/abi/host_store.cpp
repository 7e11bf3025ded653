// The host's store and jobs: the two groups whose answers are documents with members to check.
#include "core/base/json.hpp"
#include "native-plugin/abi/buffer.hpp"
#include "native-plugin/abi/host_wrappers.hpp"
#include "native-plugin/abi/text.hpp"

namespace backstay::plugin::abi {
namespace {

Answered missing(const char* callback) { return host_failure(callback, "is missing"); }

Answered read_elements(std::string_view lines, std::string_view prefix, std::vector<StoredElement>& elements) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const Result<JsonDocument> document = parse_json(line, "store.list");
    if (!document.ok()) return host_failure("store.list", "wrote a line that is no JSON");
    StoredElement element;
    const std::optional<std::string> key = document.value().root.text("key");
    if (!key || !key->starts_with(prefix)) return host_failure("store.list", "wrote a line without a key, or one that was not asked for");
    element.key = *key;
    element.sha256 = document.value().root.text("sha256").value_or("");
    const std::int64_t size = document.value().root.whole("size").value_or(0);
    if (size < 0) return host_failure("store.list", "wrote a negative size");
    element.size_bytes = static_cast<std::uint64_t>(size);
    elements.push_back(std::move(element));
  }
  return {};
}

bool blocks_by_kind(std::string_view kind) {
  return kind == "import" || kind == "bulk_update" || kind == "restore" || kind == "promotion";
}

std::uint64_t count_of(const JsonValue& object, std::string_view key) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(object.whole(key).value_or(0), 0));
}

Answered read_jobs(std::string_view text, std::vector<Job>& jobs) {
  // An empty answer is no array: it is what a bridge leaves behind that lost the answer.
  const Result<JsonDocument> document = parse_json(text, "jobs.running");
  if (!document.ok() || !document.value().root.is(JsonValue::Kind::array)) return host_failure("jobs.running", "wrote no JSON array");
  for (const JsonValue& item : document.value().root.items) {
    if (!item.is(JsonValue::Kind::object)) return host_failure("jobs.running", "wrote an array of something else than jobs");
    Job job;
    job.id = item.text("id").value_or("");
    job.kind = item.text("kind").value_or("other");
    job.table = item.text("table").value_or("");
    job.started_at = item.text("started_at").value_or("");
    job.by = item.text("by").value_or("");
    job.done = count_of(item, "done");
    job.total = count_of(item, "total");
    job.blocks = item.flag("blocks").value_or(blocks_by_kind(job.kind));
    jobs.push_back(std::move(job));
  }
  return {};
}

}  // namespace

Answered HostStore::list(std::string_view prefix, std::vector<StoredElement>& elements) {
  if (!table_.list) return missing("store.list");
  Sink sink;
  const Answered answered = ask(fence_, "store.list", [&] { return table_.list(table_.ctx, prefix.data(), prefix.size(), sink.table()); });
  if (!answered.ok()) return answered;
  if (!sink.whole() || !is_utf8(sink.text())) return host_failure("store.list", "wrote more than 64 MiB, or no UTF-8");
  return read_elements(sink.text(), prefix, elements);
}

Answered HostStore::read(std::string_view key, std::string& content, bool& found) {
  if (!table_.read) return missing("store.read");
  Sink sink;
  const Answered answered = ask(fence_, "store.read", [&] { return table_.read(table_.ctx, key.data(), key.size(), sink.table()); });
  if (!answered.ok()) return answered;
  if (!sink.whole()) return host_failure("store.read", "wrote more than 64 MiB, or nothing with a size");
  found = answered.status != BACKSTAY_ABSENT;
  if (!found && !sink.text().empty()) return host_failure("store.read", "wrote the content of an element that is absent");
  content = std::move(sink.text());
  return {};
}

Answered HostStore::begin(std::string_view op_id) {
  if (!table_.begin) return missing("store.begin");
  const std::string id(op_id);
  return ask(fence_, "store.begin", [&] { return table_.begin(table_.ctx, id.c_str()); });
}

Answered HostStore::put(std::string_view key, std::string_view content) {
  if (!table_.put) return missing("store.put");
  return ask(fence_, "store.put", [&] { return table_.put(table_.ctx, key.data(), key.size(), content.data(), content.size()); });
}

Answered HostStore::remove(std::string_view key) {
  if (!table_.remove) return missing("store.remove");
  return ask(fence_, "store.remove", [&] { return table_.remove(table_.ctx, key.data(), key.size()); });
}

Answered HostStore::commit(std::string_view op_id) {
  if (!table_.commit) return missing("store.commit");
  const std::string id(op_id);
  return ask(fence_, "store.commit", [&] { return table_.commit(table_.ctx, id.c_str()); });
}

Answered HostStore::abort(std::string_view op_id) {
  if (!table_.abort) return missing("store.abort");
  const std::string id(op_id);
  return ask(fence_, "store.abort", [&] { return table_.abort(table_.ctx, id.c_str()); });
}

Answered HostStore::committed(std::string_view op_id, bool& yes) {
  if (!table_.committed) return missing("store.committed");
  const std::string id(op_id);
  std::int32_t said = -1;
  const Answered answered = ask(fence_, "store.committed", [&] { return table_.committed(table_.ctx, id.c_str(), &said); });
  if (!answered.ok()) return answered;
  if (said != 0 && said != 1) return host_failure("store.committed", "said neither 0 nor 1");
  yes = said == 1;
  return {};
}

Answered HostJobs::running(std::vector<Job>& jobs, bool& checked) {
  if (!table_.running) return missing("jobs.running");
  Sink sink;
  const Answered answered = ask(fence_, "jobs.running", [&] { return table_.running(table_.ctx, sink.table()); });
  if (!answered.ok()) return answered;
  if (!sink.whole() || !is_utf8(sink.text())) return host_failure("jobs.running", "wrote more than 64 MiB, or no UTF-8");
  checked = true;
  return read_jobs(sink.text(), jobs);
}

Answered HostJobs::hold_new(bool hold) {
  if (!table_.hold_new) return {};
  return ask(fence_, "jobs.hold_new", [&] { return table_.hold_new(table_.ctx, hold ? 1 : 0); });
}

}  // namespace backstay::plugin::abi
