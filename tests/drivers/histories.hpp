// Random histories: an apply changes rows, users change rows, the apply is taken back. Compared with a model of
// plugin.md 6.2 that is simple enough to be right by reading it.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "native-plugin/db/driver.hpp"

namespace backstay::db::test {

// A cell or a row that was reported as left alone; column empty for rows.
struct LeftAlone {
  std::string table, key;
  bool operator<(const LeftAlone& other) const { return table != other.table ? table < other.table : key < other.key; }
};

struct HistoryTarget {
  Driver* driver = nullptr;
  std::function<void()> start;  // before the apply's first statement; may be empty
  // Runs one statement of the apply with its rows captured; a statement that fails leaves nothing.
  std::function<void(const std::string& sql)> apply;
  // Takes the apply back and tells what was left alone.
  std::function<std::set<LeftAlone>()> take_back;
};

// Empties the tables and fills them again; then one history. Fails the test where model and database differ.
void make_history_tables(Driver& driver);
void check_history(const HistoryTarget& target, std::uint32_t seed, bool users_write);

}  // namespace backstay::db::test
