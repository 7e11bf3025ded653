// What the core and a driver say to each other about a database: values, rows, outcomes and errors.
// Plain values, the same for the plugin's drivers and for PGlite in the browser; nothing here does anything.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace backstay::db {

// What answers. A script's dialect (core/package) is what it was written for; SQLite takes ORIGAM's and bare scripts.
enum class Engine : std::uint8_t { sqlite, postgresql, mssql, oracle };
std::string_view to_string(Engine engine);  // "sqlite", "postgresql", ...
std::optional<Engine> engine_from(std::string_view name);

// One value. PostgreSQL: int2/4/8 and oid are integers, booleans are integers 0 and 1, float4/8 are reals, bytea is a
// blob, everything else is text as the server prints it.
struct Value {
  enum class Kind : std::uint8_t { null, integer, real, text, blob };
  Kind kind = Kind::null;
  std::int64_t integer = 0;
  double real = 0;
  std::string bytes;  // text (UTF-8) or blob

  static Value of(std::int64_t number) { Value v; v.kind = Kind::integer, v.integer = number; return v; }
  static Value of_real(double number) { Value v; v.kind = Kind::real, v.real = number; return v; }
  static Value of(std::string text) { Value v; v.kind = Kind::text, v.bytes = std::move(text); return v; }
  static Value of(std::string_view text) { return of(std::string(text)); }
  static Value of(const char* text) { return of(std::string(text)); }
  static Value blob(std::string bytes) { Value v; v.kind = Kind::blob, v.bytes = std::move(bytes); return v; }
  static Value null() { return {}; }

  bool is_null() const { return kind == Kind::null; }
  // Text or blob as it is, a number as digits, null as "".
  std::string text() const;
  bool operator==(const Value&) const = default;
};

using Row = std::vector<Value>;

struct Rows {
  std::vector<std::string> columns;
  std::vector<Row> rows;
  std::int64_t affected = -1;  // rows changed; -1 when the statement changes none by nature
};

// Why a call failed, as far as the machine has to tell cases apart.
enum class Fault : std::uint8_t {
  statement,    // the server refused a statement: syntax, constraint, missing object, ...
  timeout,      // statement or lock timeout
  cancelled,    // Driver::cancel()
  lost,         // connection gone: whether a COMMIT in flight happened is unknown, the witness decides
  busy,         // somebody else holds a lock for longer than we wait
  denied,       // not allowed: rights, or refused by our own authoriser
  full,         // no space
  damaged,      // the database file is corrupt or is none
  ended_transaction,  // the script ended the transaction it was given
  connect,      // could not be reached at all
  unsupported,  // this driver or server cannot do that
  limit,        // over a limit of ours
};
std::string_view to_string(Fault fault);
std::optional<Fault> fault_from(std::string_view name);

struct DbError {
  Fault fault = Fault::statement;
  std::string sqlstate;   // five characters; for SQLite the nearest ("23000" constraint, "42601" syntax, ...)
  std::int64_t native = 0;  // SQLite's extended result code
  std::string message;    // the server's own first line
  std::string hint;
  std::string context;    // functions and blocks around the place (PostgreSQL's CONTEXT)
  std::string detail;     // may hold row values: never logged below trace
  std::string constraint; // name, when one was violated
  // Where in the text that was run; nullopt when the server does not say. An error inside a DO block or a function
  // has the place of the statement that called it, and the server's words in `context`.
  std::optional<std::uint64_t> offset;  // bytes from the start
  std::uint32_t line = 0, column = 0;   // from 1, columns in code points; 0 without offset
  std::size_t statement = 0;            // how many statements of the text had succeeded
};

// Success, or the database's reason. `if (!r.ok()) return r.error();`
template <class T>
class [[nodiscard]] DbResult {
 public:
  DbResult(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  DbResult(DbError error) : state_(std::in_place_index<1>, std::move(error)) {}
  bool ok() const { return state_.index() == 0; }
  T& value() { return *std::get_if<0>(&state_); }
  const T& value() const { return *std::get_if<0>(&state_); }
  const DbError& error() const { return *std::get_if<1>(&state_); }

 private:
  std::variant<T, DbError> state_;
};

struct StatementOutcome {
  std::string tag;              // "UPDATE", "CREATE TABLE", ...; SQLite: the first word, upper case
  std::int64_t affected = -1;   // rows; -1 when none by nature
};

struct Notice {
  std::string severity;  // NOTICE, WARNING, INFO
  std::string sqlstate;
  std::string message;
};

// What became of one script.
struct ScriptOutcome {
  std::vector<StatementOutcome> statements;  // that succeeded; at most max_statement_outcomes, then only counted
  std::size_t succeeded = 0;
  std::vector<Notice> notices;
  std::size_t notices_dropped = 0;     // over max_notices
  std::optional<DbError> error;        // the first one; nothing ran after it
  bool ok() const { return !error.has_value(); }
};
inline constexpr std::size_t max_statement_outcomes = 1'000;
inline constexpr std::size_t max_notices = 100;

// Where the session stands, known without asking the server.
enum class TxState : std::uint8_t {
  idle,    // no transaction
  open,    // ours
  failed,  // PostgreSQL: open, and only a rollback is possible
  foreign, // a transaction that we did not begin (a script's own COMMIT; BEGIN)
  lost,    // no connection
};
std::string_view to_string(TxState state);

// How scripts and our statements are bound to the session.
struct RunOptions {
  std::uint64_t timeout_ms = 0;  // per script (SQLite) or per statement (PostgreSQL); 0 = none
  std::uint64_t lock_timeout_ms = 0;  // 0 = the session's
  // The script may begin and end transactions itself (a step with tx: none). Without it a script that ends ours
  // comes back with Fault::ended_transaction; SQLite refuses the statement before it runs.
  bool transaction_control = false;
  // Rows that this script changes go to backstay_cap under these names (SQLite only: elsewhere capture is SQL,
  // core/apply/capture_sql.hpp). Empty: no capture.
  std::string capture_op, capture_step;
  std::uint64_t capture_max_bytes = 1ull << 30;  // of one script; more is Fault::limit
};

struct ServerInfo {
  Engine engine = Engine::sqlite;
  std::string product;   // "SQLite 3.40.1", "PostgreSQL 15.18"
  int version = 0;       // 3040001, 150018
  std::string database;  // file or database name, never with secrets
  std::string user;
  bool superuser = false;
  bool ddl_in_transaction = true;
  bool orphans_end = true;  // a statement whose client died is ended by the server soon
};

// `name` quoted as this engine quotes identifiers; nullopt for NUL, empty, or longer than the engine takes
// (PostgreSQL cuts off silently at 63 bytes: refused).
std::optional<std::string> quoted_identifier(Engine engine, std::string_view name);
// `text` as a string literal; nullopt when it holds a NUL.
std::optional<std::string> quoted_text(Engine engine, std::string_view text);

}  // namespace backstay::db
