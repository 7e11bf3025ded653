#include "native-plugin/apply/later_operations.hpp"

#include <map>
#include <set>

#include <nlohmann/json.hpp>

namespace backstay::plugin {
namespace {

using nlohmann::json;

struct Noted {
  std::string restores;  // the backup that a restore of everything took back
  std::vector<std::string> elements, tables;
};

std::vector<std::string> texts_of(const json& payload, const char* key) {
  std::vector<std::string> texts;
  const auto list = payload.find(key);
  if (list == payload.end() || !list->is_array()) return texts;
  for (const json& item : *list) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

}  // namespace

Result<std::vector<apply::LaterOperation>> later_operations(Journal& journal, const std::string& backup_id) {
  auto operations = journal.operations();
  if (!operations.ok()) return operations.error();
  auto records = journal.records("");
  if (!records.ok()) return records.error();
  std::map<std::string, Noted> noted;
  std::map<std::string, std::uint64_t> first_rev;
  for (const journal::Record& record : records.value()) {
    first_rev.emplace(record.op_id, record.rev);
    if (record.payload.find("\"restores\"") == std::string::npos && record.state != journal::to_string(journal::State::exported)) continue;
    const json payload = json::parse(record.payload, nullptr, false);
    if (!payload.is_object()) continue;
    Noted& note = noted[record.op_id];
    if (payload.contains("restores") && payload["restores"].is_string()) note.restores = payload["restores"].get<std::string>();
    if (payload.contains("elements")) note.elements = texts_of(payload, "elements"), note.tables = texts_of(payload, "tables");
  }
  const auto begun = first_rev.find(backup_id);
  std::vector<apply::LaterOperation> later;
  if (begun == first_rev.end()) return later;
  std::set<std::string> void_operations;
  std::map<std::uint64_t, OperationRow> in_order;
  for (const OperationRow& row : operations.value()) {
    const auto rev = first_rev.find(row.op_id);
    if (row.state != journal::to_string(journal::State::done) || rev == first_rev.end() || rev->second <= begun->second) continue;
    in_order.emplace(rev->second, row);
  }
  // The last restore first: one that was itself taken back has taken nothing back.
  for (auto row = in_order.rbegin(); row != in_order.rend(); ++row) {
    const std::string& restored = noted[row->second.op_id].restores;
    if (restored.empty() || restored == backup_id || void_operations.count(row->second.op_id)) continue;
    const auto rev = first_rev.find(restored);
    if (rev == first_rev.end() || rev->second <= begun->second) continue;
    void_operations.insert(restored);
    void_operations.insert(row->second.op_id);
  }
  for (const auto& [rev, row] : in_order) {
    if (void_operations.count(row.op_id)) continue;
    Noted& note = noted[row.op_id];
    later.push_back({row.op_id, row.kind, std::move(note.elements), std::move(note.tables)});
  }
  return later;
}

Result<std::string> newest_backup(Journal& journal) {
  const auto backups = journal.backups();
  if (!backups.ok()) return backups.error();
  const auto operations = journal.operations();
  if (!operations.ok()) return operations.error();
  for (auto operation = operations.value().rbegin(); operation != operations.value().rend(); ++operation) {
    if (operation->state != journal::to_string(journal::State::done)) continue;
    for (const BackupRow& row : backups.value()) {
      if (row.op_id == operation->op_id && row.status != "damaged" && row.status != "superseded") return row.backup_id;
    }
  }
  return Error{ErrorCode::missing, {}, "there is no backup to restore"};
}

}  // namespace backstay::plugin
