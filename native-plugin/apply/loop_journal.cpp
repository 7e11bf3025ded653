// Journal records and backups.
#include <nlohmann/json.hpp>

#include "native-plugin/apply/apply_loop.hpp"
#include "native-plugin/fs/digest.hpp"

namespace backstay::plugin {

using apply::Answer;
using apply::Outcome;
using apply::Request;
using nlohmann::json;

namespace {

constexpr std::string_view part_ending = ".backup.zip", rows_ending = ".rows.backup.zip";

std::string rows_name(const std::string& name) { return name.substr(0, name.size() - part_ending.size()) + std::string(rows_ending); }

// "2026-07-01T22:05:31.204Z" as it can stand in a file's name.
std::string file_time(const std::string& time) {
  std::string text;
  for (const char c : time.substr(0, 16)) {
    if (c != ':') text += c;
  }
  return text + "Z";
}

}  // namespace

Answer ApplyLoop::journal(const Request& request) {
  const auto state = journal::state_from(request.name);
  if (!state) return failed(Outcome::failed, "internal", "\"" + request.name + "\" is no state");
  at_.services.log->log(LogLevel::info, "operation.state",
                        at_.redact(json({{"op_id", settings_.op_id}, {"state", request.name}, {"step", request.step}}).dump()));
  Result<Nothing> written = Nothing{};
  if (*state == journal::State::created) {
    OperationRow row;
    row.op_id = settings_.op_id;
    row.kind = settings_.kind;
    row.params = request.text;
    row.created_at = at_.now();
    written = at_.journal->begin(row);
  } else {
    written = at_.journal->append(settings_.op_id, *state, request.step, request.text, at_.now());
  }
  if (!written.ok()) return failed(written.error());
  state_ = static_cast<std::int32_t>(*state);
  return {};
}

Answer ApplyLoop::backup(const Request& request) {
  const auto held = at_.remember_store();
  std::vector<NewEntry> entries;
  json manifest = json::parse(request.backup.manifest, nullptr, false);
  if (!manifest.is_object()) return failed(Outcome::failed, "internal", "the backup's manifest is no object");
  const std::string id = settings_.op_id;
  manifest["backup_id"] = id;
  manifest["elements"] = json::array();
  manifest["absent"] = json::array();
  std::map<std::string, bool> digests;
  for (const std::string& key : request.backup.elements) {
    std::string content;
    bool found = false;
    if (auto read = at_.store().read(key, content, found); !read.ok()) return answered(read);
    if (!found) {
      manifest["absent"].push_back("element:" + key);
      continue;
    }
    NewEntry entry;
    const std::string digest = sha256(content);
    entry.name = "elements/" + digest;
    manifest["elements"].push_back({{"key", key}, {"entry", entry.name}});
    entry.content = std::move(content);
    if (!digests.emplace(digest, true).second) continue;
    entries.push_back(std::move(entry));
  }
  for (const apply::BackupEntry& given : request.backup.entries) {
    NewEntry entry;
    entry.name = given.name;
    entry.content = given.content;
    entries.push_back(std::move(entry));
  }
  std::string copy;
  if (request.backup.with_full_copy && driver_) {
    if (auto made = at_.state->make_folder("scratch"); !made.ok()) return failed(made.error());
    const std::string name = "scratch/copy-" + settings_.op_id;
    if (auto removed = at_.state->remove(name); !removed.ok()) return failed(removed.error());
    copy = at_.state->path() + "/" + name;
    if (auto copied = driver_->backup_file(copy); !copied.ok()) return failed(copied.error());
    NewEntry entry;
    entry.name = "db/main.sqlite";
    entry.path = copy;
    entries.push_back(std::move(entry));
  }
  const std::string name = std::string(backups_folder) + "/" + file_time(at_.now()) + "-" + id + std::string(part_ending);
  auto sealed = write_backup(*at_.state, name, manifest.dump(), std::move(entries));
  if (!copy.empty()) (void)at_.state->remove("scratch/copy-" + settings_.op_id).ok();
  if (!sealed.ok()) return failed(sealed.error());
  BackupRow row;
  row.backup_id = id;
  row.op_id = settings_.op_id;
  row.path = name;
  row.digest = sealed.value().digest;
  row.created_at = at_.now();
  row.verified_at = row.created_at;
  row.status = "sealed";
  row.reason = manifest.value("reason", "");
  row.packages = manifest.contains("packages") ? manifest["packages"].dump() : "[]";
  row.bytes = sealed.value().bytes;
  if (auto listed = at_.journal->put_backup(row); !listed.ok()) return failed(listed.error());
  Answer answer;
  answer.document = id;
  return answer;
}

Result<std::optional<BackupRow>> ApplyLoop::backup_row(const std::string& id) {
  auto rows = at_.journal->backups();
  if (!rows.ok()) return rows.error();
  for (BackupRow& row : rows.value()) {
    if (row.backup_id == id) return std::optional<BackupRow>(std::move(row));
  }
  return std::optional<BackupRow>();
}

Result<BackupFile*> ApplyLoop::opened_backup(const std::string& id, bool rows_part) {
  const std::string cached = id + (rows_part ? "/rows" : "");
  if (const auto found = backups_.find(cached); found != backups_.end()) return &found->second;
  auto row = backup_row(id);
  if (!row.ok()) return row.error();
  if (!row.value()) return Error{ErrorCode::missing, {}, "there is no backup \"" + id + "\""};
  std::string name = row.value()->path, digest = row.value()->digest;
  if (rows_part) {
    name = rows_name(name);
    auto known = at_.journal->meta("rows:" + id);
    if (!known.ok()) return known.error();
    digest = known.value();
    if (digest.empty()) return Error{ErrorCode::missing, {}, "backup \"" + id + "\" has no second part"};
  }
  auto file = BackupFile::open(*at_.state, name, digest);
  if (!file.ok()) return file.error();
  return &backups_.emplace(cached, std::move(file.value())).first->second;
}

Answer ApplyLoop::read_backup(const Request& request) {
  auto file = opened_backup(request.name, false);
  if (!file.ok()) return failed(file.error());
  Answer answer;
  answer.document = file.value()->manifest();
  return answer;
}

// Of the second part when it has such an entry: that one knows what really happened.
Answer ApplyLoop::read_entry(const Request& request) {
  Answer answer;
  auto rows = opened_backup(request.name, true);
  if (!rows.ok() && rows.error().code != ErrorCode::missing) return failed(rows.error());
  if (rows.ok()) {
    auto bytes = rows.value()->entry(request.text);
    if (bytes.ok()) {
      answer.document = std::move(bytes.value());
      return answer;
    }
    if (bytes.error().code != ErrorCode::missing) return failed(bytes.error());
  }
  auto file = opened_backup(request.name, false);
  if (!file.ok()) return failed(file.error());
  auto bytes = file.value()->entry(request.text);
  if (!bytes.ok()) return failed(bytes.error());
  answer.document = std::move(bytes.value());
  return answer;
}

Answer ApplyLoop::add_to_backup(const Request& request) {
  auto row = backup_row(request.name);
  if (!row.ok()) return failed(row.error());
  if (!row.value()) return failed(Outcome::failed, "missing", "there is no backup \"" + request.name + "\"");
  std::vector<NewEntry> entries;
  for (const apply::BackupEntry& given : request.backup.entries) {
    NewEntry entry;
    entry.name = given.name;
    entry.content = given.content;
    entries.push_back(std::move(entry));
  }
  if (request.capture) {
    auto rows = export_captured(request);
    if (!rows.ok()) return failed(rows.error());
    if (rows.value()) entries.push_back(std::move(*rows.value()));
  }
  const json manifest = {{"schema", "backstay.backup/1"}, {"backup_id", request.name}, {"op_id", settings_.op_id},
                         {"reason", "captured"}, {"first_part", row.value()->digest}, {"created_at", at_.now()}};
  const std::string name = rows_name(row.value()->path);
  // Written again after a crash: the operation is the same, so is what it says.
  if (auto removed = at_.state->remove(name); !removed.ok()) return failed(removed.error());
  auto sealed = write_backup(*at_.state, name, manifest.dump(), std::move(entries));
  if (auto removed = at_.state->remove(captured_file()); !removed.ok()) return failed(removed.error());
  if (!sealed.ok()) return failed(sealed.error());
  if (auto set = at_.journal->set_meta("rows:" + request.name, sealed.value().digest); !set.ok()) return failed(set.error());
  return {};
}

}  // namespace backstay::plugin
