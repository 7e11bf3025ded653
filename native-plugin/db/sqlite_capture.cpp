#define SQLITE_ENABLE_PREUPDATE_HOOK 1  // the library has it; the header hides it without this

#include "native-plugin/db/sqlite_capture.hpp"

#include <sqlite3.h>

#include <string_view>
#include <utility>

#include "core/apply/capture_sql.hpp"
#include "core/report/json_writer.hpp"
#include "native-plugin/db/sqlite_values.hpp"

namespace backstay::db {

namespace {

bool of_interest(std::string_view table) { return !table.starts_with("sqlite_") && !table.starts_with("backstay_"); }

// Rows with no primary key are known by their rowid, under the name SQLite gives it.
constexpr std::string_view row_id_name = "\"_rowid_\"";

}  // namespace

void SqliteCapture::begin(sqlite3* db, std::string op, std::string step, std::uint64_t max_bytes) {
  db_ = db;
  op_ = std::move(op);
  if (steps_.empty() || steps_.back() != step) steps_.push_back(std::move(step));
  max_bytes_ = max_bytes;
  bytes_ = 0;
  over_limit_ = false;
  active_ = true;
  forget_tables();
  sqlite3_preupdate_hook(
      db,
      [](void* self, sqlite3* session, int op_code, const char* database, const char* table, sqlite3_int64 old_row,
         sqlite3_int64 new_row) { changed(self, session, op_code, database, table, old_row, new_row); },
      this);
}

void SqliteCapture::end() {
  if (!active_) return;
  sqlite3_preupdate_hook(db_, nullptr, nullptr);
  active_ = false;
  tables_.clear();
  if (changes_.empty()) known_.clear();
}

void SqliteCapture::changed(void* self, sqlite3*, int op, const char* database, const char* table, std::int64_t old_row,
                            std::int64_t new_row) {
  auto& capture = *static_cast<SqliteCapture*>(self);
  if (capture.flushing_ || capture.over_limit_ || std::string_view(database) != "main") return;
  const Table& found = capture.table_of(table);
  if (found.wanted) capture.note(op, found, old_row, new_row);
}

const SqliteCapture::Table& SqliteCapture::table_of(const char* name) {
  const auto known = tables_.find(std::string_view(name));
  if (known != tables_.end()) return *known->second;
  auto table = std::make_unique<Table>();
  table->name = name;
  table->wanted = of_interest(name);
  sqlite3_stmt* statement = nullptr;
  // hidden: 2 = virtual generated column, 3 = stored generated column.
  if (table->wanted && sqlite3_prepare_v2(db_, "SELECT name, pk, hidden, dflt_value IS NOT NULL AND upper(dflt_value) <> 'NULL' FROM pragma_table_xinfo(?1, 'main')", -1, &statement,
                                          nullptr) == SQLITE_OK) {
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_TRANSIENT);
    int place = 0, stored = 0;
    std::string with_default, keys;
    while (sqlite3_step(statement) == SQLITE_ROW) {
      Column column;
      report::append_json_string(column.json_name, reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)));
      column.key = sqlite3_column_int(statement, 1) > 0;
      const int hidden = sqlite3_column_int(statement, 2);
      column.generated = hidden == 2 || hidden == 3;
      column.place = hidden == 2 ? -1 : place++;
      table->has_key = table->has_key || column.key;
      const std::string quoted = quoted_identifier(Engine::sqlite, reinterpret_cast<const char*>(sqlite3_column_text(statement, 0))).value_or("NULL");
      if (column.key) keys += (keys.empty() ? "" : " AND ") + quoted + " IS ?";
      if (sqlite3_column_int(statement, 3) != 0 && hidden == 0) {
        with_default += (stored > 0 ? ", " : "") + quoted;
        column.stored = stored++;
      }
      table->columns.push_back(std::move(column));
    }
    if (stored > 0) prepare_stored(*table, with_default, keys);
  }
  sqlite3_finalize(statement);
  known_.push_back(std::move(table));
  tables_[name] = known_.back().get();
  return *known_.back();
}

void SqliteCapture::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

void SqliteCapture::prepare_stored(Table& table, const std::string& columns, const std::string& keys) {
  const std::string from = "SELECT " + columns + " FROM main." + quoted_identifier(Engine::sqlite, table.name).value_or("\"\"") + " WHERE ";
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(db_, (from + "_rowid_ = ?").c_str(), -1, &statement, nullptr) != SQLITE_OK && !keys.empty()) {
    table.by_key = true;
    sqlite3_prepare_v2(db_, (from + keys).c_str(), -1, &statement, nullptr);
  }
  table.stored.reset(statement);
}

// The row as it is read: it has not changed yet.
bool SqliteCapture::find_stored(const Table& table, std::int64_t row) const {
  int index = 0;
  if (!table.by_key) {
    sqlite3_bind_int64(table.stored.get(), 1, row);
  } else {
    // In the order of the columns, as the statement names them.
    for (const Column& column : table.columns) {
      sqlite3_value* value = nullptr;
      if (column.key && sqlite3_preupdate_old(db_, column.place, &value) == SQLITE_OK) sqlite3_bind_value(table.stored.get(), ++index, value);
    }
  }
  return sqlite3_step(table.stored.get()) == SQLITE_ROW;
}

std::string SqliteCapture::image(const Table& table, bool old, std::int64_t row) const {
  std::string json = "{";
  bool is_asked = false, is_found = false;
  for (const Column& column : table.columns) {
    if (column.generated) continue;  // computed again when the others are put back
    sqlite3_value* value = nullptr;
    int code = old ? sqlite3_preupdate_old(db_, column.place, &value) : sqlite3_preupdate_new(db_, column.place, &value);
    if (json.size() > 1) json += ',';
    json += column.json_name;
    json += ':';
    sqlite3_value* read = nullptr;
    if (old && table.stored && column.stored >= 0 && code == SQLITE_OK && value && sqlite3_value_type(value) == SQLITE_NULL) {
      if (!is_asked) is_found = find_stored(table, row);
      is_asked = true;
      if (is_found) value = read = sqlite3_value_dup(sqlite3_column_value(table.stored.get(), column.stored));
    }
    if (code == SQLITE_OK && value) {
      append_captured(json, value);
    } else {
      json += "null";
    }
    sqlite3_value_free(read);
  }
  if (is_asked) sqlite3_reset(table.stored.get());
  json += '}';
  return json;
}

std::string SqliteCapture::key(const Table& table, bool old, std::int64_t row) const {
  std::string json = "{";
  if (!table.has_key) return json + std::string(row_id_name) + ":\"i" + std::to_string(row) + "\"}";
  for (const Column& column : table.columns) {
    if (!column.key) continue;
    sqlite3_value* value = nullptr;
    if (old) {
      sqlite3_preupdate_old(db_, column.place, &value);
    } else {
      sqlite3_preupdate_new(db_, column.place, &value);
    }
    if (json.size() > 1) json += ',';
    json += column.json_name;
    json += ':';
    if (value) {
      append_captured(json, value);
    } else {
      json += "null";
    }
  }
  json += '}';
  return json;
}

void SqliteCapture::keep(Change change) {
  const std::uint64_t size = change.key.size() + change.before.size() + change.after.size() + sizeof(Change);
  bytes_ += size;
  waiting_bytes_ += size;
  change.step = steps_.size() - 1;
  if (max_bytes_ != 0 && bytes_ > max_bytes_) {
    over_limit_ = true;
    changes_.clear();
    sqlite3_interrupt(db_);
    return;
  }
  changes_.push_back(std::move(change));
}

void SqliteCapture::note(int op, const Table& table, std::int64_t old_row, std::int64_t new_row) {
  const bool has_old = op != SQLITE_INSERT, has_new = op != SQLITE_DELETE;
  std::string before = has_old ? image(table, true, old_row) : std::string();
  std::string after = has_new ? image(table, false, new_row) : std::string();
  std::string old_key = has_old ? key(table, true, old_row) : std::string();
  std::string new_key = has_new ? key(table, false, new_row) : std::string();
  if (!has_old) return keep({&table, 0, 'I', std::move(new_key), {}, std::move(after)});
  if (!has_new) return keep({&table, 0, 'D', std::move(old_key), std::move(before), {}});
  if (old_key == new_key) {
    if (before != after) keep({&table, 0, 'U', std::move(old_key), std::move(before), std::move(after)});
    return;
  }
  // Another key is another row: the old one went, a new one came.
  keep({&table, 0, 'D', std::move(old_key), std::move(before), {}});
  keep({&table, 0, 'I', std::move(new_key), {}, std::move(after)});
}

int SqliteCapture::flush() {
  if (changes_.empty()) return SQLITE_OK;
  flushing_ = true;
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_exec(db_, std::string(apply::capture::create).c_str(), nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) {
    const std::string sql = "INSERT INTO " + std::string(apply::capture::table) + "(" + std::string(apply::capture::columns) + ") VALUES (?1,?2,?3,?4,?5,?6,?7)";
    code = sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr);
  }
  const auto text = [&](int index, const std::string& value) {
    if (value.empty()) return sqlite3_bind_null(statement, index);
    return sqlite3_bind_text64(statement, index, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8);
  };
  if (code == SQLITE_OK) {
    text(1, op_);
    for (const Change& change : changes_) {
      text(2, steps_[change.step]);
      text(3, change.table->name);
      sqlite3_bind_text(statement, 4, &change.op, 1, SQLITE_STATIC);
      text(5, change.key);
      text(6, change.before);
      text(7, change.after);
      code = sqlite3_step(statement);
      if (code != SQLITE_DONE) break;
      code = sqlite3_reset(statement);
    }
  }
  sqlite3_finalize(statement);
  flushing_ = false;
  changes_.clear();
  waiting_bytes_ = 0;
  if (!steps_.empty()) steps_ = {std::move(steps_.back())};
  if (tables_.empty()) known_.clear();
  return code;
}

}  // namespace backstay::db
