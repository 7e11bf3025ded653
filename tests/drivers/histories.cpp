#include "tests/drivers/histories.hpp"

#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <random>
#include <vector>

#include "tests/drivers/conformance.hpp"

namespace backstay::db::test {

namespace {

using Cells = std::vector<std::string>;                 // type and value of each column
using State = std::map<std::string, Cells>;             // by key
using States = std::map<std::string, State>;            // by table

struct TableInfo {
  const char* name;
  std::size_t key_columns;
  const char* columns;  // key first
  bool refers;          // has foreign keys, or others refer to it: the model gives bounds instead of the answer
};
constexpr TableInfo tables[] = {
    {"plain", 1, "id, a, b, c", false},
    {"pair", 2, "k1, k2, v", false},
    {"parent", 1, "id, name", true},
    {"child", 1, "id, parent, v", true},
    {"leaf", 1, "id, parent, v", true},
};

std::string cell_text(const Value& value) { return std::to_string(static_cast<int>(value.kind)) + value.text(); }

States read_states(Driver& driver) {
  States states;
  const std::string schema = driver.info().engine == Engine::postgresql ? "public." : "main.";
  for (const TableInfo& table : tables) {
    auto rows = driver.query(std::string("SELECT ") + table.columns + " FROM " + schema + table.name);
    if (!rows.ok()) FAIL(rows.error().message);
    for (const Row& row : rows.value().rows) {
      std::string key;
      Cells cells;
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (i < table.key_columns) key += (key.empty() ? "" : "|") + row[i].text();
        cells.push_back(cell_text(row[i]));
      }
      states[table.name][key] = cells;
    }
  }
  return states;
}

class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}
  int below(int n) { return static_cast<int>(engine_() % static_cast<std::uint32_t>(n)); }
  std::string word() {
    constexpr const char* words[] = {"'a'", "'b'", "'B'", "'it''s'", "''", "NULL", "'x y'", "'\xC3\xA9'"};
    return words[below(8)];
  }
  std::string number() { return below(6) == 0 ? "NULL" : std::to_string(below(5)); }
  std::string key() { return std::to_string(below(14)); }

 private:
  std::mt19937 engine_;
};

std::string some_key(Random& random) { return random.below(2) == 0 ? "id = " + random.key() : "id % 4 = " + std::to_string(random.below(4)); }

// One statement that may fail (a key that is there, a parent that is not).
std::string statement(Random& random) {
  switch (random.below(14)) {
    case 0: return "INSERT INTO plain VALUES (" + random.key() + ", " + random.word() + ", " + random.number() + ", " + random.word() + ")";
    case 1: return "UPDATE plain SET a = " + random.word() + " WHERE " + some_key(random);
    case 2: return "UPDATE plain SET b = " + random.number() + ", c = " + random.word() + " WHERE " + some_key(random);
    case 3: return "UPDATE plain SET b = b + 1 WHERE b IS NOT NULL";
    case 4: return "DELETE FROM plain WHERE " + some_key(random);
    case 5: return "UPDATE plain SET id = id + 20 WHERE id = " + random.key();
    case 6: return "INSERT INTO pair VALUES ('k', " + random.key() + ", " + random.word() + ")";
    case 7: return "UPDATE pair SET v = " + random.word() + " WHERE k2 % 3 = " + std::to_string(random.below(3));
    case 8: return "DELETE FROM pair WHERE k2 = " + random.key();
    case 9: return "INSERT INTO parent VALUES (" + random.key() + ", " + random.word() + ")";
    case 10: return random.below(2) == 0 ? "DELETE FROM parent WHERE id = " + random.key() : "UPDATE parent SET name = " + random.word() + " WHERE " + some_key(random);
    case 11: return "INSERT INTO child VALUES (" + random.key() + ", " + random.key() + ", " + random.word() + ")";
    case 12: return "UPDATE child SET parent = " + random.key() + ", v = " + random.word() + " WHERE " + some_key(random);
    default:
      switch (random.below(3)) {
        case 0: return "INSERT INTO leaf VALUES (" + random.key() + ", " + random.key() + ", " + random.word() + ")";
        case 1: return "UPDATE leaf SET parent = " + random.key() + " WHERE " + some_key(random);
        default: return "DELETE FROM leaf WHERE " + some_key(random);
      }
  }
}

std::optional<Cells> at(const States& states, const std::string& table, const std::string& key) {
  const auto state = states.find(table);
  if (state == states.end()) return std::nullopt;
  const auto row = state->second.find(key);
  return row == state->second.end() ? std::nullopt : std::optional<Cells>(row->second);
}

struct Expected {
  std::optional<Cells> row;
  bool conflict = false;
};

// plugin.md 6.2 for one row.
Expected merged(const std::optional<Cells>& before, const std::optional<Cells>& after, const std::optional<Cells>& now) {
  if (before == after) return {now, false};
  if (before && !after) return now ? Expected{now, now != before} : Expected{before, false};
  if (!before) return !now || now == after ? Expected{std::nullopt, false} : Expected{now, true};
  if (!now) return {now, true};
  Expected expected{now, false};
  for (std::size_t i = 0; i < now->size(); ++i) {
    if ((*before)[i] == (*after)[i]) continue;
    if ((*now)[i] == (*after)[i]) {
      (*expected.row)[i] = (*before)[i];
    } else if ((*now)[i] != (*before)[i]) {
      expected.conflict = true;
    }
  }
  return expected;
}

std::string shown(const std::optional<Cells>& row) {
  if (!row) return "(none)";
  std::string text;
  for (const std::string& cell : *row) text += cell + " ";
  return text;
}

}  // namespace

void make_history_tables(Driver& driver) {
  const bool sqlite = driver.info().engine == Engine::sqlite;
  run_or_fail(driver, std::string("CREATE TABLE plain(id int PRIMARY KEY, a text, b int, c text);"
                                  "CREATE TABLE pair(k1 text, k2 int, v text, PRIMARY KEY (k1, k2))") + (sqlite ? " WITHOUT ROWID" : "") +
                          ";CREATE TABLE parent(id int PRIMARY KEY, name text);"
                          "CREATE TABLE child(id int PRIMARY KEY, parent int REFERENCES parent ON DELETE CASCADE, v text);"
                          "CREATE TABLE leaf(id int PRIMARY KEY, parent int REFERENCES parent, v text);");
}

void check_history(const HistoryTarget& target, std::uint32_t seed, bool users_write) {
  CAPTURE(seed);
  Driver& driver = *target.driver;
  Random random(seed);
  run_or_fail(driver, "DELETE FROM leaf; DELETE FROM child; DELETE FROM parent; DELETE FROM plain; DELETE FROM pair");
  std::string log;
  const auto write = [&](int count, const std::function<void(const std::string&)>& how) {
    for (int i = 0; i < count; ++i) {
      const std::string sql = statement(random);
      log += sql + ";\n";
      how(sql);
    }
    log += "--\n";
  };
  const auto plainly = [&](const std::string& sql) { (void)driver.run(sql, {}); };
  write(60, plainly);
  const States before = read_states(driver);
  if (target.start) target.start();
  write(1 + random.below(12), target.apply);
  const States after = read_states(driver);
  if (users_write) write(1 + random.below(10), plainly);
  const States now = read_states(driver);
  CAPTURE(log);
  const std::set<LeftAlone> left = target.take_back();
  const States result = read_states(driver);

  for (const TableInfo& table : tables) {
    std::set<std::string> keys;
    for (const States* states : {&before, &after, &now, &result}) {
      const auto state = states->find(table.name);
      if (state == states->end()) continue;
      for (const auto& [key, row] : state->second) keys.insert(key);
    }
    for (const std::string& key : keys) {
      const auto b = at(before, table.name, key), a = at(after, table.name, key), c = at(now, table.name, key), r = at(result, table.name, key);
      const Expected expected = merged(b, a, c);
      const bool reported = left.contains({table.name, key});
      if (r == expected.row && reported == expected.conflict) continue;
      // Foreign keys may hold more back: then the row is as users left it, and that is said.
      if (table.refers && users_write && r == c && reported) continue;
      FAIL_CHECK(std::string(table.name) << " " << key << ": before " << shown(b) << ", applied " << shown(a) << ", users " << shown(c) << ", result " << shown(r)
                                         << ", expected " << shown(expected.row) << (expected.conflict ? " and a conflict" : "") << (reported ? ", reported" : ", not reported"));
    }
  }
  if (!users_write) CHECK(result == before);
}

}  // namespace backstay::db::test
