// What taking a script back must give, said once more and as simply as possible: rows as text, before the script (O),
// after it (F), after the users (C). No SQL, no captures, no order of statements.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/reverse/generated_database.hpp"

namespace backstay::test {

using Row = std::vector<std::string>;             // values as text; NULL is null_text
inline const std::string null_text = "\x01NULL";
using TableRows = std::map<std::string, Row>;      // by key text
using State = std::vector<TableRows>;              // in the order of GeneratedDatabase::tables

struct Expected {
  State rows;
  // Rows that keep a cell because its parent is gone: which of their other cells go back depends on which statement
  // wrote them, and the model knows of none. Per table and key: the row as it was at first.
  std::vector<std::map<std::string, Row>> loose;
  std::set<std::string> conflicts;                 // "relation|key|column|kind"
};

// Needs tables with a key that the script did not change.
Expected merged(const GeneratedDatabase& database, const State& original, const State& final, const State& current);

}  // namespace backstay::test
