// Takes back captured row changes on SQLite and leaves alone what somebody has changed since (plugin.md 6.2).
// On PostgreSQL the reverse scripts of core/rollback do that on the server.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "native-plugin/db/driver.hpp"

namespace backstay::db {

struct UndoOptions {
  std::string op_id;
  std::vector<std::string> steps;  // empty: all of the operation, as one change
  bool overwrite = false;          // conflicts of kind "changed" and "in use" (changed since) get the old state too
  bool fire_triggers = false;      // the application's triggers ran when the change was made; they rest on the way back
  // Not empty: what the undo itself changes is captured under these names, so that it can be taken back.
  std::string capture_op, capture_step;
};

// A row, or a cell of one, that was left as it is.
struct UndoConflict {
  std::string table;
  std::string key;      // "id=5", readable
  std::string column;   // empty: the row as a whole
  std::string kind;     // "changed", "gone", "key reused", "parent missing", "in use", "no table"
  std::string before, after, current;  // may be empty; row values: for reports that are asked to show them
};

struct UndoReport {
  std::int64_t updated = 0, inserted = 0, deleted = 0;  // rows
  std::int64_t conflict_count = 0;
  std::vector<UndoConflict> conflicts;  // the first max_conflicts
};
inline constexpr std::size_t max_conflicts = 10'000;

// Runs in the transaction that is open, or in one of its own. A second call finds nothing left to do.
// Errors: what the database says; then nothing was changed by this call.
DbResult<UndoReport> undo_captured(Driver& driver, const UndoOptions& options);

}  // namespace backstay::db
