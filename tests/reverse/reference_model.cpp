#include "tests/reverse/reference_model.hpp"

namespace backstay::test {
namespace {

enum class Fate { kept, added, removed, changed };

struct Merge {
  const GeneratedDatabase& database;
  const State &original, &final, &current;
  Expected result;
  std::vector<std::map<std::string, Fate>> fates;  // of rows that were touched and follow the rules

  static const Row* find(const TableRows& rows, const std::string& key) {
    const auto found = rows.find(key);
    return found == rows.end() ? nullptr : &found->second;
  }

  void conflict(std::size_t t, const std::string& key, const std::string& column, const std::string& kind) {
    result.conflicts.insert(database.tables[t].relation + "|" + key + "|" + column + "|" + kind);
  }

  void row(std::size_t t, const std::string& key) {
    const Row *o = find(original[t], key), *f = find(final[t], key), *c = find(current[t], key);
    if (o && f && *o == *f) f = o;
    TableRows& rows = result.rows[t];
    const auto keep = [&] { if (c) rows[key] = *c; };
    if ((!o && !f) || (o && f && *o == *f)) return keep();
    if (!o) {                                   // the script added it
      if (!c) return;
      if (*c == *f) { fates[t][key] = Fate::added; return; }
      conflict(t, key, "", "in use");
      return keep();
    }
    if (!f) {                                   // the script removed it
      if (!c) { rows[key] = *o; fates[t][key] = Fate::removed; return; }
      if (*c != *o) conflict(t, key, "", "key reused");
      return keep();
    }
    if (!c) return conflict(t, key, "", "gone");
    Row out = *c;
    bool restored = false;
    for (std::size_t i = 0; i < out.size(); ++i) {
      if ((*o)[i] == (*f)[i]) continue;
      if ((*c)[i] == (*f)[i]) { out[i] = (*o)[i]; restored = true; }
      else if ((*c)[i] != (*o)[i]) conflict(t, key, database.tables[t].columns[i].bare, "changed");
    }
    rows[key] = out;
    if (restored) fates[t][key] = Fate::changed;
  }

  // The key of the parent row with this value; empty when there is none.
  std::string parent_key(const TableRows& rows, const GeneratedTable& parent, const std::string& value) const {
    for (const auto& [key, row] : rows) if (row[parent.key[0]] == value) return key;
    return {};
  }

  // A row that is put back needs its parent; a row that is taken away must have no children left.
  bool settle_references() {
    bool moved = false;
    for (std::size_t t = 0; t < database.tables.size(); ++t) {
      const GeneratedTable& table = database.tables[t];
      if (table.parent < 0) continue;
      const std::size_t p = static_cast<std::size_t>(table.parent);
      const GeneratedTable& parent = database.tables[p];
      const TableRows rows = result.rows[t];
      for (const auto& [key, row] : rows) {
        const std::string& value = row[table.reference];
        if (value == null_text || !parent_key(result.rows[p], parent, value).empty()) continue;
        moved = true;
        const std::string kept = parent_key(current[p], parent, value);
        if (!kept.empty() && fates[p].count(kept) && fates[p][kept] == Fate::added) {
          result.rows[p][kept] = current[p].at(kept);
          fates[p].erase(kept);
          conflict(p, kept, "", "in use");
          continue;
        }
        conflict(t, key, "", "parent missing");
        if (fates[t].count(key) && fates[t][key] == Fate::removed) result.rows[t].erase(key);
        else {
          result.rows[t][key] = current[t].at(key);
          if (const Row* o = find(original[t], key)) result.loose[t][key] = *o;
        }
        fates[t].erase(key);
      }
    }
    return moved;
  }
};

}  // namespace

Expected merged(const GeneratedDatabase& database, const State& original, const State& final, const State& current) {
  Merge merge{database, original, final, current, {}, {}};
  merge.result.loose.resize(database.tables.size());
  merge.result.rows.resize(database.tables.size());
  merge.fates.resize(database.tables.size());
  for (std::size_t t = 0; t < database.tables.size(); ++t) {
    std::set<std::string> keys;
    for (const State* state : {&original, &final, &current}) for (const auto& entry : (*state)[t]) keys.insert(entry.first);
    for (const std::string& key : keys) merge.row(t, key);
  }
  for (int round = 0; round < 100 && merge.settle_references(); ++round) {}
  return merge.result;
}

}  // namespace backstay::test
