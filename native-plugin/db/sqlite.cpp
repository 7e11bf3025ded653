#include "native-plugin/db/sqlite.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

#include "native-plugin/db/fault.hpp"
#include "native-plugin/db/place.hpp"
#include "native-plugin/db/sqlite_error.hpp"
#include "native-plugin/db/sqlite_values.hpp"

namespace backstay::db {

namespace {

using Clock = std::chrono::steady_clock;

// Virtual machine steps between two looks at the clock: some tens of microseconds.
constexpr int steps_between_looks = 4'000;

DbError connect_error(std::string message) {
  DbError error;
  error.fault = Fault::connect;
  error.sqlstate = "08001";
  error.message = std::move(message);
  return error;
}

DbError lost_error() {
  DbError error;
  error.fault = Fault::lost;
  error.sqlstate = "08006";
  error.message = "the session ended after an I/O error";
  return error;
}

DbError unsupported(std::string message) {
  DbError error;
  error.fault = Fault::unsupported;
  error.sqlstate = "0A000";
  error.message = std::move(message);
  return error;
}

bool changes_data(std::string_view word) {
  constexpr std::array<std::string_view, 5> words = {"INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"};
  return std::find(words.begin(), words.end(), word) != words.end();
}

// What is captured has to be on the right side of it.
bool ends_savepoint(std::string_view word) { return word == "SAVEPOINT" || word == "RELEASE" || word == "ROLLBACK"; }

// A statement prepared for the length of a scope.
struct Prepared {
  sqlite3_stmt* statement = nullptr;
  Prepared() = default;
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;
  ~Prepared() { sqlite3_finalize(statement); }
};

// Places in a list of quoted column names: commas outside quotes, and one.
std::size_t count_columns(std::string_view columns) {
  std::size_t count = 1;
  bool quoted = false;
  for (const char c : columns) {
    if (c == '"') quoted = !quoted;
    if (c == ',' && !quoted) ++count;
  }
  return count;
}

}  // namespace

DbResult<std::unique_ptr<Driver>> SqliteDriver::open(const std::string& path, const OpenSettings& settings) {
  struct stat found {};
  const bool exists = ::stat(path.c_str(), &found) == 0;
  if (path.empty() || path.find('\0') != std::string::npos) return connect_error("no path after sqlite:");
  if (!exists && !settings.create) return connect_error("there is no database file \"" + path + "\"");
  if (exists && !S_ISREG(found.st_mode)) return connect_error("\"" + path + "\" is not a regular file");
  if (exists && opened_elsewhere(path)) {
    DbError error;
    error.fault = Fault::busy;
    error.sqlstate = "55006";
    error.message = "this process has the database file open already; closing that descriptor would drop the locks of this session";
    return error;
  }
  std::unique_ptr<SqliteDriver> driver(new SqliteDriver());
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= settings.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (settings.create) flags |= SQLITE_OPEN_CREATE;
  // Never read as a URI, whatever the library was built with: a leading ./ is no scheme.
  const std::string plain = path.starts_with("file:") ? "./" + path : path;
  const int code = sqlite3_open_v2(plain.c_str(), &driver->db_, flags, nullptr);
  if (code != SQLITE_OK) return sqlite_error(driver->db_, code);
  driver->path_ = plain;
  note_opened(plain);
  if (!driver->configure(settings)) return sqlite_error(driver->db_, sqlite3_extended_errcode(driver->db_));
  return std::unique_ptr<Driver>(std::move(driver));
}

bool SqliteDriver::configure(const OpenSettings& settings) {
  lock_timeout_ = std::chrono::milliseconds(settings.lock_timeout_ms);
  keep_detail_ = settings.keep_detail;
  sqlite3_busy_handler(
      db_, [](void* self, int attempt) { return static_cast<SqliteDriver*>(self)->wait_for_lock(attempt); }, this);
  sqlite3_progress_handler(
      db_, steps_between_looks, [](void* self) { return static_cast<SqliteDriver*>(self)->out_of_time(); }, this);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  if (add_functions(db_) != SQLITE_OK) return false;
  // EXTRA: a commit is the removal of the rollback journal, and with FULL that name can come back after a power cut and
  // take the commit back, when the journal of operations already says that it happened (decision 0044).
  // The first read of the file: what is no database shows here.
  if (sqlite3_exec(db_, "PRAGMA foreign_keys = ON; PRAGMA synchronous = EXTRA; SELECT count(*) FROM sqlite_schema", nullptr, nullptr,
                   nullptr) != SQLITE_OK) {
    return false;
  }
  guard_.watch(db_);
  info_.engine = Engine::sqlite;
  info_.product = std::string("SQLite ") + sqlite3_libversion();
  info_.version = sqlite3_libversion_number();
  info_.database = path_;
  return true;
}

SqliteDriver::~SqliteDriver() {
  const std::lock_guard<std::mutex> hold(handle_);
  if (!db_) return;
  capture_.end();
  const bool counted = !path_.empty();
  if (counted) note_closed(path_);
  sqlite3_close_v2(db_);
  db_ = nullptr;
}

int SqliteDriver::out_of_time() {
  if (cancel_asked_.load(std::memory_order_relaxed)) return 1;
  if (has_deadline_ && Clock::now() >= deadline_) {
    timed_out_ = true;
    return 1;
  }
  return 0;
}

int SqliteDriver::wait_for_lock(int attempt) {
  const auto now = Clock::now();
  if (attempt == 0) lock_deadline_ = now + lock_timeout_;
  if (now >= lock_deadline_ || out_of_time() != 0) return 0;
  std::this_thread::sleep_for(std::chrono::milliseconds(std::min(1 + attempt, 25)));
  return 1;
}

DbError SqliteDriver::note_lost(DbError error) {
  if (error.fault == Fault::lost) lost_ = true;
  return error;
}

std::optional<DbError> SqliteDriver::begin_call(const char* what, std::uint64_t timeout_ms) {
  if (lost_) return lost_error();
  if (auto error = fault_at(what)) return note_lost(*error);
  cancel_asked_.store(false, std::memory_order_relaxed);
  timed_out_ = false;
  has_deadline_ = false;
  // Rows that scripts changed: in place before anything else looks for them.
  if (capture_.has_waiting() && std::string_view(what) != "run" && capture_.flush() != SQLITE_OK) return failure({}, 0);
  has_deadline_ = timeout_ms != 0;
  if (has_deadline_) deadline_ = Clock::now() + std::chrono::milliseconds(timeout_ms);
  return std::nullopt;
}

// What sqlite3_errcode says, seen with what we know of it. `text` empty: no place.
DbError SqliteDriver::failure(std::string_view text, std::uint64_t start) {
  DbError error = sqlite_error(db_, sqlite3_extended_errcode(db_));
  if (!text.empty()) {
    const int in_statement = sqlite3_error_offset(db_);
    set_place(error, text, start + (in_statement >= 0 ? static_cast<std::uint64_t>(in_statement) : 0));
  }
  if (error.fault == Fault::cancelled && timed_out_) {
    error.fault = Fault::timeout;
    error.message = "the statement took longer than allowed";
  } else if (error.fault == Fault::cancelled && capture_.active() && capture_.over_limit()) {
    error.fault = Fault::limit;
    error.sqlstate = "54000";
    error.message = "the rows that this script changes take more than may be captured";
  } else if (!guard_.denial().empty()) {  // SQLite itself has one of several codes for it
    error.message = guard_.denial();
    error.sqlstate = "42501";
    error.fault = guard_.denied_transaction() ? Fault::ended_transaction : Fault::denied;
  }
  return note_lost(std::move(error));
}

DbResult<Done> SqliteDriver::own(const std::string& sql, const char* what) {
  if (auto error = begin_call(what)) return *error;
  if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return failure({}, 0);
  return Done{};
}

DbResult<Done> SqliteDriver::begin() {
  if (tx_state() == TxState::open || tx_state() == TxState::foreign) return unsupported("a transaction is open already");
  auto done = own(sqlite3_db_readonly(db_, "main") == 1 ? "BEGIN" : "BEGIN IMMEDIATE", "begin");
  if (!done.ok()) return done;
  ours_ = true;
  ++transactions_;
  return Done{};
}

DbResult<Done> SqliteDriver::commit() {
  auto done = own("COMMIT", "commit");
  if (!done.ok()) return done;
  ours_ = false;
  if (auto error = fault_at("committed")) return note_lost(*error);
  return done;
}

DbResult<Done> SqliteDriver::rollback() {
  if (lost_) return lost_error();
  if (sqlite3_get_autocommit(db_) != 0) {
    ours_ = false;
    return Done{};
  }
  capture_.drop_since(0);
  auto done = own("ROLLBACK", "rollback");
  if (done.ok()) ours_ = false;
  return done;
}

DbResult<Done> SqliteDriver::savepoint(std::string_view name) { return own("SAVEPOINT backstay_" + std::string(name), "savepoint"); }
DbResult<Done> SqliteDriver::release(std::string_view name) { return own("RELEASE backstay_" + std::string(name), "savepoint"); }
DbResult<Done> SqliteDriver::rollback_to(std::string_view name) {
  capture_.drop_since(0);  // what was there at the savepoint is in the table
  return own("ROLLBACK TO backstay_" + std::string(name), "savepoint");
}

TxState SqliteDriver::tx_state() const {
  if (lost_ || !db_) return TxState::lost;
  if (sqlite3_get_autocommit(db_) != 0) return TxState::idle;
  return ours_ ? TxState::open : TxState::foreign;
}

DbResult<std::string> SqliteDriver::transaction_id() {
  if (lost_) return lost_error();
  return tx_state() == TxState::open ? std::to_string(transactions_) : std::string();
}

void SqliteDriver::cancel() {
  const std::lock_guard<std::mutex> hold(handle_);
  cancel_asked_.store(true, std::memory_order_relaxed);
  if (db_) sqlite3_interrupt(db_);
}

int SqliteDriver::flush_captured(const RunOptions& options) {
  guard_.script_ends();
  const int code = capture_.flush();
  guard_.script_begins(options.transaction_control, ours_);
  return code;
}

// One statement of a script. Returns false at the end of the text and after an error.
bool SqliteDriver::run_statement(const std::string& text, std::size_t& at, const RunOptions& options, ScriptOutcome& outcome) {
  at += leading_blanks(std::string_view(text).substr(at));
  if (at >= text.size()) return false;
  const std::string_view rest = std::string_view(text).substr(at);
  Prepared prepared;
  const char* tail = nullptr;
  guard_.forget();
  const std::string word = first_word(rest);
  std::size_t waiting = capture_.count();
  const auto fail = [&] {
    outcome.error = failure(text, at);
    capture_.drop_since(waiting);
    outcome.error->statement = outcome.succeeded;
    return false;
  };
  if (ends_savepoint(word)) {
    if (flush_captured(options) != SQLITE_OK) return fail();
    waiting = 0;
  }
  // Up to the NUL behind the text: with a length, SQLite would copy all that is left each time.
  if (sqlite3_prepare_v2(db_, rest.data(), -1, &prepared.statement, &tail) != SQLITE_OK) return fail();
  const auto length = static_cast<std::size_t>(tail - rest.data());
  if (prepared.statement) {
    int code = SQLITE_ROW;
    while (code == SQLITE_ROW) code = sqlite3_step(prepared.statement);
    if (code != SQLITE_DONE) return fail();
    const bool dml = sqlite3_stmt_readonly(prepared.statement) == 0 && changes_data(word);
    ++outcome.succeeded;
    if (outcome.statements.size() < max_statement_outcomes) {
      outcome.statements.push_back({word, dml ? static_cast<std::int64_t>(sqlite3_changes64(db_)) : -1});
    }
    if (capture_.active()) {
      if (!dml) capture_.forget_tables();
      // Outside a transaction the row is committed already.
      if ((sqlite3_get_autocommit(db_) != 0 || capture_.has_many_waiting()) && flush_captured(options) != SQLITE_OK) return fail();
    }
  }
  at += length;
  if (cancel_asked_.load(std::memory_order_relaxed)) {
    outcome.error = sqlite_error(nullptr, SQLITE_INTERRUPT);
    outcome.error->statement = outcome.succeeded;
    return false;
  }
  return true;
}

ScriptOutcome SqliteDriver::run(std::string_view script, const RunOptions& options) {
  ScriptOutcome outcome;
  if ((outcome.error = begin_call("run", options.timeout_ms))) return outcome;
  if (const auto nul = script.find('\0'); nul != std::string_view::npos) {
    outcome.error = sqlite_error(nullptr, SQLITE_ERROR);
    outcome.error->message = "the script holds a NUL byte";
    set_place(*outcome.error, script, nul);
    return outcome;
  }
  const std::string text(script);
  const bool in_transaction = tx_state() == TxState::open;
  const auto usual_lock_timeout = lock_timeout_;
  if (options.lock_timeout_ms != 0) lock_timeout_ = std::chrono::milliseconds(options.lock_timeout_ms);
  if (!options.capture_op.empty() && capture_.op() != options.capture_op && capture_.flush() != SQLITE_OK) {
    outcome.error = failure({}, 0);
    return outcome;
  }
  if (!options.capture_op.empty()) capture_.begin(db_, options.capture_op, options.capture_step, options.capture_max_bytes);
  guard_.script_begins(options.transaction_control, in_transaction);
  std::size_t at = 0;
  while (run_statement(text, at, options, outcome)) {}
  guard_.script_ends();
  capture_.end();
  lock_timeout_ = usual_lock_timeout;
  has_deadline_ = false;
  if (sqlite3_get_autocommit(db_) != 0) ours_ = false;
  // RAISE(ROLLBACK) and ON CONFLICT ROLLBACK end the transaction from within a statement that is allowed.
  if (in_transaction && !ours_ && !options.transaction_control && !outcome.error) {
    outcome.error = sqlite_error(nullptr, SQLITE_ERROR);
    outcome.error->fault = Fault::ended_transaction;
    outcome.error->message = "the script ended the transaction of this apply";
    outcome.error->statement = outcome.succeeded;
  }
  return outcome;
}

DbResult<Done> SqliteDriver::each_row(std::string_view sql, std::span<const Value> parameters,
                                      const std::function<bool(const Row&)>& row) {
  if (auto error = begin_call("query")) return *error;
  Prepared prepared;
  if (sqlite3_prepare_v2(db_, sql.data(), static_cast<int>(sql.size()), &prepared.statement, nullptr) != SQLITE_OK) {
    return failure(sql, 0);
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (bind_value(prepared.statement, static_cast<int>(i + 1), parameters[i]) != SQLITE_OK) return failure({}, 0);
  }
  Row values(static_cast<std::size_t>(sqlite3_column_count(prepared.statement)));
  int code = SQLITE_OK;
  while ((code = sqlite3_step(prepared.statement)) == SQLITE_ROW) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = value_of(sqlite3_column_value(prepared.statement, static_cast<int>(i)));
    }
    if (!row(values)) return Done{};
  }
  if (code != SQLITE_DONE) return failure({}, 0);
  return Done{};
}

DbResult<Rows> SqliteDriver::query(std::string_view sql, std::span<const Value> parameters) {
  if (auto error = begin_call("query")) return *error;
  Prepared prepared;
  if (sqlite3_prepare_v2(db_, sql.data(), static_cast<int>(sql.size()), &prepared.statement, nullptr) != SQLITE_OK) {
    return failure(sql, 0);
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (bind_value(prepared.statement, static_cast<int>(i + 1), parameters[i]) != SQLITE_OK) return failure({}, 0);
  }
  Rows rows;
  const int width = sqlite3_column_count(prepared.statement);
  for (int i = 0; i < width; ++i) rows.columns.emplace_back(sqlite3_column_name(prepared.statement, i));
  int code = SQLITE_OK;
  while ((code = sqlite3_step(prepared.statement)) == SQLITE_ROW) {
    Row& row = rows.rows.emplace_back();
    row.reserve(static_cast<std::size_t>(width));
    for (int i = 0; i < width; ++i) row.push_back(value_of(sqlite3_column_value(prepared.statement, i)));
  }
  if (code != SQLITE_DONE) return failure({}, 0);
  if (sqlite3_stmt_readonly(prepared.statement) == 0 && changes_data(first_word(sql))) rows.affected = sqlite3_changes64(db_);
  if (capture_.active() && capture_.flush() != SQLITE_OK) return failure({}, 0);
  return rows;
}

DbResult<Done> SqliteDriver::start_capture(const std::string& op_id, const std::string& step_id) {
  if (lost_) return lost_error();
  if (capture_.flush() != SQLITE_OK) return failure({}, 0);
  capture_.begin(db_, op_id, step_id, 0);
  return Done{};
}

DbResult<Done> SqliteDriver::execute(std::string_view sql) { return own(std::string(sql), "query"); }

DbResult<std::int64_t> SqliteDriver::insert_rows(std::string_view table, std::string_view columns,
                                                 const std::function<bool(Row&)>& next) {
  if (auto error = begin_call("query")) return *error;
  const bool own_transaction = sqlite3_get_autocommit(db_) != 0;
  if (own_transaction && sqlite3_exec(db_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) != SQLITE_OK) return failure({}, 0);
  std::string sql = "INSERT INTO " + std::string(table) + "(" + std::string(columns) + ") VALUES (";
  const std::size_t width = count_columns(columns);
  for (std::size_t i = 0; i < width; ++i) sql += i == 0 ? "?" : ",?";
  sql += ")";
  Prepared prepared;
  std::optional<DbError> error;
  std::int64_t count = 0;
  if (sqlite3_prepare_v2(db_, sql.c_str(), -1, &prepared.statement, nullptr) != SQLITE_OK) error = failure({}, 0);
  Row row;
  while (!error && next(row)) {
    for (std::size_t i = 0; i < width && i < row.size(); ++i) bind_value(prepared.statement, static_cast<int>(i + 1), row[i]);
    if (sqlite3_step(prepared.statement) != SQLITE_DONE) error = failure({}, 0);
    sqlite3_reset(prepared.statement);
    if (!error) ++count;
  }
  sqlite3_finalize(std::exchange(prepared.statement, nullptr));
  if (own_transaction && !lost_) {
    if (!error && sqlite3_exec(db_, "COMMIT", nullptr, nullptr, nullptr) != SQLITE_OK) error = failure({}, 0);
    if (error) sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
  if (error) return *error;
  return count;
}

DbResult<bool> SqliteDriver::session_lock(std::string_view, std::uint64_t wait_ms) {
  if (lost_) return lost_error();
  const auto answer = lock_.acquire(path_ + "-backstay-lock", std::chrono::milliseconds(wait_ms));
  if (answer == SqliteSessionLock::Answer::failed) {
    DbError error = connect_error("cannot lock \"" + path_ + "-backstay-lock\": " + std::strerror(errno));
    error.fault = errno == ENOSPC ? Fault::full : Fault::denied;
    return error;
  }
  return answer == SqliteSessionLock::Answer::held;
}

DbResult<Done> SqliteDriver::session_unlock(std::string_view) {
  lock_.release();
  return Done{};
}

DbResult<std::vector<std::string>> SqliteDriver::lock_holders() { return std::vector<std::string>(); }

}  // namespace backstay::db
