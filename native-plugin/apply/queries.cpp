#include "native-plugin/apply/queries.hpp"

#include <map>

#include <nlohmann/json.hpp>

#include "native-plugin/backup/backup_file.hpp"
#include "native-plugin/services/changelog.hpp"

namespace backstay::plugin {
namespace {

using nlohmann::json;

json described(const BackupRow& row) {
  return {{"backup_id", row.backup_id}, {"op_id", row.op_id}, {"file", row.path}, {"sha256", row.digest}, {"created_at", row.created_at},
          {"expires_at", row.expires_at}, {"verified_at", row.verified_at}, {"status", row.status}, {"reason", row.reason},
          {"packages", json::parse(row.packages, nullptr, false)}, {"bytes", row.bytes}, {"pinned", row.is_pinned}};
}

json described(const OperationRow& row) {
  return {{"op_id", row.op_id}, {"kind", row.kind}, {"state", row.state}, {"created_at", row.created_at}, {"closed_at", row.closed_at}};
}

Result<std::string> backups(Journal& journal) {
  auto rows = journal.backups();
  if (!rows.ok()) return rows.error();
  json list = json::array();
  for (const BackupRow& row : rows.value()) list.push_back(described(row));
  return json({{"schema", "backstay.backups/1"}, {"backups", list}}).dump();
}

Result<std::string> backup(Installation& installation, Journal& journal, const std::string& id) {
  auto rows = journal.backups();
  if (!rows.ok()) return rows.error();
  for (const BackupRow& row : rows.value()) {
    if (row.backup_id != id) continue;
    auto file = BackupFile::open(*installation.state, row.path, row.digest);
    json document = described(row);
    document["schema"] = "backstay.backup-state/1";
    document["is_intact"] = file.ok();
    if (file.ok()) document["manifest"] = json::parse(file.value().manifest(), nullptr, false);
    if (!file.ok()) document["damage"] = file.error().message;
    return document.dump();
  }
  return Error{ErrorCode::missing, {}, "there is no backup \"" + id + "\""};
}

Result<std::string> records(Journal& journal, const std::string& op_id) {
  auto rows = journal.records(op_id);
  if (!rows.ok()) return rows.error();
  json list = json::array();
  for (const journal::Record& row : rows.value()) {
    list.push_back({{"rev", row.rev}, {"op_id", row.op_id}, {"at", row.at}, {"state", row.state}, {"step", row.step},
                    {"payload", json::parse(row.payload, nullptr, false)}, {"hash", row.hash}});
  }
  return json({{"schema", "backstay.journal/1"}, {"records", list}}).dump();
}

Result<std::string> operations(Result<std::vector<OperationRow>> rows) {
  if (!rows.ok()) return rows.error();
  json list = json::array();
  for (const OperationRow& row : rows.value()) list.push_back(described(row));
  return json({{"schema", "backstay.operations/1"}, {"operations", list}}).dump();
}

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// The next entry with what all of an operation have in common. Rev counts them: the journal only grows.
ChangelogEntry& add_entry(const json& operation, const journal::Record& row, std::vector<ChangelogEntry>& entries) {
  ChangelogEntry entry;
  entry.rev = entries.size() + 1;
  entry.when = row.at;
  entry.who = text_of(operation, "user");
  entry.op_id = row.op_id;
  entry.before = text_of(operation, "env_before");
  entry.after = text_of(operation, "env_after");
  entries.push_back(std::move(entry));
  return entries.back();
}

// The resources of a promotion, as its own changelog names them.
void add_changes(const json& operation, const journal::Record& row, std::vector<ChangelogEntry>& entries) {
  for (const json& change : operation["changes"]) {
    if (!change.is_object()) continue;
    ChangelogEntry& entry = add_entry(operation, row, entries);
    entry.resource_id = text_of(change, "resource_id");
    entry.app_name = text_of(change, "app_name");
    entry.resource_name = text_of(change, "resource_name");
    entry.resource_type = text_of(change, "resource_type");
    entry.revision_type = text_of(change, "revision_type");
  }
}

// One entry for each package of each operation whose change is there.
Result<std::string> changelog(Journal& journal, const std::string& format) {
  if (format != "json" && format != "csv") return Error{ErrorCode::malformed, {}, "\"format\" of a changelog is json or csv"};
  auto rows = journal.records("");
  if (!rows.ok()) return rows.error();
  std::map<std::string, json> begun;  // payloads of NEW, with what was noted of the environment since
  std::vector<ChangelogEntry> entries;
  for (const journal::Record& row : rows.value()) {
    const json payload = json::parse(row.payload, nullptr, false);
    if (!payload.is_object()) continue;
    json& operation = begun[row.op_id];
    operation.update(payload);
    if (row.state != journal::to_string(journal::State::committed)) continue;
    const bool is_back = text_of(operation, "kind") == "restore";
    if (operation.contains("changes") && operation["changes"].is_array()) add_changes(operation, row, entries);
    if (!operation.contains("packages") || !operation["packages"].is_array()) continue;
    for (const json& package : operation["packages"]) {
      if (!package.is_object()) continue;
      ChangelogEntry& entry = add_entry(operation, row, entries);
      entry.resource_id = text_of(package, "id");
      entry.resource_name = text_of(package, "name");
      entry.resource_type = "package";
      const bool has_previous = package.contains("previous_version") && package["previous_version"].is_string();
      entry.revision_type = is_back ? (has_previous ? "MOD" : "DEL") : has_previous ? "MOD" : "ADD";
    }
  }
  return format == "csv" ? changelog_csv(entries) : changelog_json(entries);
}

std::string features(const Installation& installation) {
  return json({{"schema", "backstay.features/1"}, {"features", {"apply", "restore", "recover", "rehearse", "inspect", "uninstall", "partial-restore", "per-package", "per-step"}},
               {"store", installation.services.store ? "host" : "directory"}}).dump();
}

}  // namespace

Result<std::string> answer_query(Installation& installation, std::string_view what, std::string_view params) {
  if (what == "features") return features(installation);
  const json document = json::parse(params.empty() ? std::string_view("{}") : params, nullptr, false);
  if (!document.is_object()) return Error{ErrorCode::malformed, {}, "the parameters are no JSON object"};
  std::optional<Journal> own;
  if (!installation.journal) {
    auto there = installation.state->exists(journal_name);
    if (!there.ok()) return there.error();
    auto opened = Journal::open(*installation.state, there.value());
    if (!opened.ok()) return opened.error();
    own.emplace(std::move(opened.value()));
  }
  Journal& journal = own ? *own : *installation.journal;
  if (what == "backups") return backups(journal);
  if (what == "backup") return backup(installation, journal, document.value("backup_id", ""));
  if (what == "journal") return records(journal, document.value("op_id", ""));
  if (what == "changelog") return changelog(journal, document.contains("format") ? text_of(document, "format") : "json");
  if (what == "operations") return operations(journal.operations());
  if (what == "unfinished") return operations(journal.unfinished());
  return Error{ErrorCode::not_recognised, {}, "there is no query \"" + std::string(what) + "\""};
}

}  // namespace backstay::plugin
