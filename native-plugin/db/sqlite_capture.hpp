// Strategy S: which rows a script changes, from SQLite's own pre-update hook. It sees triggers' and cascades' changes,
// rows that REPLACE pushes out, and tables without a primary key; the session extension, built on the same hook, leaves
// those out and fails when the schema changes (decision 0035).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/apply/database.hpp"

struct sqlite3;
struct sqlite3_stmt;
struct sqlite3_value;

namespace backstay::db {

class SqliteCapture {
 public:
  // Rows of one script go to backstay_cap as (op, step). `max_bytes`: 0 = no limit. What waits has to be of the same
  // operation.
  void begin(sqlite3* db, std::string op, std::string step, std::uint64_t max_bytes);
  bool active() const { return active_; }
  // The rows of many small scripts go into the table together: before anything else is asked of the session, and
  // before savepoints are made or taken back, so that they go where the rows go that they tell of.
  bool has_waiting() const { return !changes_.empty(); }
  bool has_many_waiting() const { return waiting_bytes_ > most_waiting_bytes; }
  const std::string& op() const { return op_; }
  // Between statements: what waits goes into the table. SQLite's result code.
  int flush();
  // A statement that failed took its rows back: what waits since `count()` goes.
  std::size_t count() const { return changes_.size(); }
  void drop_since(std::size_t count) { changes_.resize(count < changes_.size() ? count : changes_.size()); }
  // The schema may have changed: names of columns are asked for again.
  void forget_tables() { tables_.clear(); }
  // The script is over; what waits stays.
  void end();
  bool over_limit() const { return over_limit_; }

 private:
  struct Column {
    std::string json_name;  // between quotes, escaped
    int place = 0;          // among the stored columns; -1 for a virtual one
    bool key = false, generated = false;
    int stored = -1;        // its place in Table::stored; -1: it has no default
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  struct Table {
    std::string name;
    std::vector<Column> columns;
    bool has_key = false, wanted = true;
    // Columns with a default, of the row about to change: the hook reports null for a column that was added after the
    // row was written. Empty where no column has a default.
    std::unique_ptr<sqlite3_stmt, Finalize> stored;
    bool by_key = false;    // it asks for the key (a table without rowid), else for the rowid
  };
  struct Change {
    const Table* table = nullptr;
    std::size_t step = 0;  // in steps_
    char op = 'U';
    std::string key, before, after;
  };

  static void changed(void* self, sqlite3* db, int op, const char* database, const char* table, std::int64_t old_row,
                      std::int64_t new_row);
  void note(int op, const Table& table, std::int64_t old_row, std::int64_t new_row);
  const Table& table_of(const char* name);
  void prepare_stored(Table& table, const std::string& columns, const std::string& keys);
  bool find_stored(const Table& table, std::int64_t row) const;
  std::string image(const Table& table, bool old, std::int64_t row) const;
  std::string key(const Table& table, bool old, std::int64_t row) const;
  void keep(Change change);

  sqlite3* db_ = nullptr;
  bool active_ = false, over_limit_ = false, flushing_ = false;
  static constexpr std::uint64_t most_waiting_bytes = 4u << 20;
  std::string op_;
  std::vector<std::string> steps_;  // of the changes that wait
  std::uint64_t max_bytes_ = 0, bytes_ = 0, waiting_bytes_ = 0;
  // Tables asked for in this schema; those of an earlier schema stay until the next flush, changes point at them.
  std::map<std::string, const Table*, std::less<>> tables_;
  std::vector<std::unique_ptr<Table>> known_;
  std::vector<Change> changes_;
};

}  // namespace backstay::db
