// Transactions, scripts and our own statements on PostgreSQL.
#include "native-plugin/db/postgres.hpp"

#include <array>
#include <utility>

#include "core/sql/splitter.hpp"
#include "native-plugin/db/fault.hpp"
#include "native-plugin/db/place.hpp"

namespace backstay::db {

namespace {

DbError made(Fault fault, std::string sqlstate, std::string message) {
  DbError error;
  error.fault = fault;
  error.sqlstate = std::move(sqlstate);
  error.message = std::move(message);
  return error;
}

// Sets a flag for the length of a call, so that cancel() knows whether anything runs.
struct InCall {
  std::atomic<bool>& flag;
  explicit InCall(std::atomic<bool>& f) : flag(f) { flag.store(true); }
  InCall(const InCall&) = delete;
  InCall& operator=(const InCall&) = delete;
  ~InCall() { flag.store(false); }
};

// Whether statement `index` of a script ended its transaction: COMMIT, or a ROLLBACK that is none TO a savepoint.
bool ends_transaction(std::string_view script, std::size_t index, std::string_view tag) {
  if (tag == "COMMIT" || tag == "PREPARE TRANSACTION") return true;
  if (tag != "ROLLBACK") return false;
  const sql::SplitText split = sql::split(script, 0, script.size(), Dialect::postgresql, false);
  if (index >= split.statements.size()) return true;
  const sql::StatementRange& range = split.statements[index];
  const std::string_view text = script.substr(range.begin, range.end - range.begin);
  for (const sql::Token& token : sql::read_tokens(text, 0, text.size(), Dialect::postgresql, false).tokens) {
    const std::string_view word = text.substr(token.begin, token.end - token.begin);
    if (token.is(sql::TokenKind::word) && (word == "TO" || word == "to" || word == "To")) return false;
  }
  return true;
}

}  // namespace

// After a fault that stands for a lost connection there is none any more: the server rolls back.
DbError PostgresDriver::give_up(DbError error) {
  if (error.fault == Fault::lost) disconnect();
  return error;
}

std::optional<DbError> PostgresDriver::begin_call(const char* what) {
  if (!connection_ || PQstatus(connection_) != CONNECTION_OK) return lost_error();
  if (auto error = fault_at(what)) return give_up(*error);
  cancel_asked_.store(false);
  return std::nullopt;
}

std::optional<DbError> PostgresDriver::send(const std::string& sql, std::string* last_tag, std::string* last_value) {
  const InCall call(in_call_);
  if (PQsendQuery(connection_, sql.c_str()) == 0) return failure(nullptr);
  std::optional<DbError> error;
  while (PostgresResult result{PQgetResult(connection_)}) {
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) {
      if (!error) error = failure(result.get());
      continue;
    }
    if (last_tag) *last_tag = PQcmdStatus(result.get());
    if (last_value && PQntuples(result.get()) > 0) *last_value = PQgetvalue(result.get(), 0, 0);
  }
  if (!error && PQstatus(connection_) != CONNECTION_OK) error = lost_error();
  return error;
}

TxState PostgresDriver::tx_state() const {
  if (!connection_ || PQstatus(connection_) != CONNECTION_OK) return TxState::lost;
  switch (PQtransactionStatus(connection_)) {
    case PQTRANS_IDLE: return TxState::idle;
    case PQTRANS_INERROR: return TxState::failed;
    case PQTRANS_INTRANS: return transaction_.empty() ? TxState::foreign : TxState::open;
    default: return TxState::lost;
  }
}

DbResult<std::string> PostgresDriver::transaction_id() {
  if (tx_state() == TxState::lost) return lost_error();
  return tx_state() == TxState::open ? transaction_ : std::string();
}

DbResult<Done> PostgresDriver::begin() {
  if (auto error = begin_call("begin")) return *error;
  if (tx_state() != TxState::idle) return made(Fault::unsupported, "25001", "a transaction is open already");
  // The application name inside the transaction is its mark: the server tells of its end by itself, so that a script's
  // COMMIT; BEGIN shows without asking.
  marker_ = application_name_ + "#" + std::to_string(++transactions_);
  std::string sql = "BEGIN; SET LOCAL application_name = '" + marker_ + "'";
  if (!settings_.read_only) sql += "; SELECT pg_catalog.pg_current_xact_id()";
  std::string id;
  if (auto error = send(sql, nullptr, &id)) {
    if (PQtransactionStatus(connection_) != PQTRANS_IDLE) (void)send("ROLLBACK");
    return *error;
  }
  transaction_ = id.empty() ? marker_ : id;
  script_settings_at_begin_ = script_settings_;
  return Done{};
}

DbResult<Done> PostgresDriver::commit() {
  if (auto error = begin_call("commit")) return *error;
  std::string tag;
  auto error = send("COMMIT", &tag);
  if (!error && tag == "COMMIT") {
    transaction_.clear();
    if (auto fault = fault_at("committed")) return give_up(*fault);
    return Done{};
  }
  if (PQtransactionStatus(connection_) == PQTRANS_IDLE) after_rollback();
  if (error) return *error;
  return made(Fault::statement, "25P02", "the transaction had failed and was rolled back instead");
}

// Settings made inside a transaction went with it.
void PostgresDriver::after_rollback() {
  transaction_.clear();
  script_settings_ = script_settings_at_begin_;
  session_ = Session::unknown;
  statement_timeout_.reset();
  lock_timeout_.reset();
}

DbResult<Done> PostgresDriver::rollback() {
  if (auto error = begin_call("rollback")) return *error;
  if (tx_state() == TxState::idle) {
    transaction_.clear();
    return Done{};
  }
  if (auto error = send("ROLLBACK")) return *error;
  after_rollback();
  return Done{};
}

DbResult<Done> PostgresDriver::savepoint(std::string_view name) {
  if (auto error = begin_call("savepoint")) return *error;
  if (auto error = send("SAVEPOINT backstay_" + std::string(name))) return *error;
  return Done{};
}

DbResult<Done> PostgresDriver::release(std::string_view name) {
  if (auto error = begin_call("savepoint")) return *error;
  if (auto error = send("RELEASE SAVEPOINT backstay_" + std::string(name))) return *error;
  return Done{};
}

DbResult<Done> PostgresDriver::rollback_to(std::string_view name) {
  if (auto error = begin_call("savepoint")) return *error;
  if (auto error = send("ROLLBACK TO SAVEPOINT backstay_" + std::string(name))) return *error;
  // What the script's settings were at the savepoint is not kept; those at the transaction's start are the safe side.
  const std::string id = std::exchange(transaction_, {});
  after_rollback();
  transaction_ = id;
  return Done{};
}

// --- two kinds of statements, one session ---------------------------------------------------------------------------

std::optional<DbError> PostgresDriver::pin_session() {
  if (session_ == Session::ours) return std::nullopt;
  if (PQtransactionStatus(connection_) == PQTRANS_INERROR) return std::nullopt;  // only a rollback works there
  if (session_ == Session::script) {
    std::string both;
    if (auto error = send("SELECT pg_catalog.concat(pg_catalog.current_setting('role'), E'\\n', pg_catalog.current_setting('search_path'))",
                          nullptr, &both)) {
      return error;
    }
    const auto line = both.find('\n');
    script_settings_ = {both.substr(line + 1), both.substr(0, line)};
  }
  if (auto error = send("RESET ROLE; SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', false)")) return error;
  session_ = Session::ours;
  return std::nullopt;
}

std::optional<DbError> PostgresDriver::release_session() {
  if (session_ == Session::script) return std::nullopt;
  if (PQtransactionStatus(connection_) == PQTRANS_INERROR) return std::nullopt;
  if (script_settings_.role.empty()) {  // never asked: the session's defaults are the scripts'
    if (auto error = send("RESET ROLE; RESET search_path")) return error;
  } else {
    const auto literal = [](const std::string& text) { return *quoted_text(Engine::postgresql, text); };
    std::string sql = "SELECT pg_catalog.set_config('search_path', " + literal(script_settings_.search_path) + ", false)";
    if (script_settings_.role != "none") sql += ", pg_catalog.set_config('role', " + literal(script_settings_.role) + ", false)";
    if (auto error = send(sql)) return error;
  }
  session_ = Session::script;
  return std::nullopt;
}

std::optional<DbError> PostgresDriver::set_timeouts(const RunOptions& options) {
  const std::uint64_t lock = options.lock_timeout_ms != 0 ? options.lock_timeout_ms : settings_.lock_timeout_ms;
  std::string sql;
  if (statement_timeout_ != options.timeout_ms) sql += "SET statement_timeout = " + std::to_string(options.timeout_ms) + ";";
  if (lock_timeout_ != lock) sql += "SET lock_timeout = " + std::to_string(lock) + ";";
  if (sql.empty() || PQtransactionStatus(connection_) == PQTRANS_INERROR) return std::nullopt;
  if (auto error = send(sql)) return error;
  statement_timeout_ = options.timeout_ms;
  lock_timeout_ = lock;
  return std::nullopt;
}

// --- scripts --------------------------------------------------------------------------------------------------------

void PostgresDriver::take_result(const PGresult* result, ScriptOutcome& outcome) {
  switch (PQresultStatus(result)) {
    case PGRES_SINGLE_TUPLE:
    case PGRES_EMPTY_QUERY:
    case PGRES_NONFATAL_ERROR: return;
    case PGRES_COPY_IN:
      PQputCopyEnd(connection_, "COPY ... FROM STDIN: there is no input beside the script");
      return;
    case PGRES_COPY_OUT: {
      char* line = nullptr;
      while (PQgetCopyData(connection_, &line, 0) > 0) PQfreemem(line);
      return;
    }
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK: {
      ++outcome.succeeded;
      if (outcome.statements.size() >= max_statement_outcomes) return;
      std::string tag = PQcmdStatus(const_cast<PGresult*>(result));
      while (!tag.empty() && (tag.back() == ' ' || (tag.back() >= '0' && tag.back() <= '9'))) tag.pop_back();
      outcome.statements.push_back({std::move(tag), affected_rows(result)});
      return;
    }
    default:
      if (!outcome.error) outcome.error = failure(result);
  }
}

// One round trip. `text` is the part of `script` at byte `base`.
void PostgresDriver::run_text(std::string_view text, std::string_view script, std::size_t base, ScriptOutcome& outcome) {
  const std::size_t before = outcome.succeeded;
  const InCall call(in_call_);
  if (PQsendQuery(connection_, std::string(text).c_str()) == 0) {
    outcome.error = failure(nullptr);
    return;
  }
  PQsetSingleRowMode(connection_);  // rows of a script's queries are thrown away one by one, never collected
  while (PostgresResult result{PQgetResult(connection_)}) {
    const bool had_error = outcome.error.has_value();
    take_result(result.get(), outcome);
    if (outcome.error && !had_error) {
      set_postgres_place(*outcome.error, result.get(), script, text, base, outcome.succeeded - before);
      outcome.error->statement = outcome.succeeded;
    }
    if (PQstatus(connection_) != CONNECTION_OK) break;
  }
  if (PQstatus(connection_) != CONNECTION_OK) {
    if (!outcome.error) outcome.error = lost_error();
    outcome.error->fault = Fault::lost;
  }
}

// A script outside a transaction, as psql runs it: sent as one text, the server would make one transaction of it,
// and refuse what must not run in one.
void PostgresDriver::run_statements(std::string_view script, ScriptOutcome& outcome) {
  const sql::SplitText split = sql::split(script, 0, script.size(), Dialect::postgresql, true);
  for (const sql::StatementRange& range : split.statements) {
    run_text(script.substr(range.begin, range.end - range.begin), script, range.begin, outcome);
    if (outcome.error) return;
    if (cancel_asked_.load()) {
      outcome.error = made(Fault::cancelled, "57014", "cancelled between two statements");
      return;
    }
  }
}

// Whether what is open is what begin() opened. Asks the server only when the mark is gone, which a script may do
// by setting the application name itself.
bool PostgresDriver::in_our_transaction(std::string_view script, const ScriptOutcome& outcome) {
  if (PQtransactionStatus(connection_) == PQTRANS_INERROR) {
    // An error takes the mark with it; what ran before the error tells.
    for (std::size_t i = 0; i < outcome.statements.size(); ++i) {
      if (ends_transaction(script, i, outcome.statements[i].tag)) return false;
    }
    return true;
  }
  if (PQtransactionStatus(connection_) != PQTRANS_INTRANS) return false;
  const char* name = PQparameterStatus(connection_, "application_name");
  if (name && marker_ == name) return true;
  std::string id;
  if (send("SELECT pg_catalog.pg_current_xact_id_if_assigned()", nullptr, &id)) return false;
  return !id.empty() && id == transaction_;
}

void PostgresDriver::check_transaction(std::string_view script, ScriptOutcome& outcome) {
  if (outcome.error && outcome.error->fault == Fault::lost) return;
  if (in_our_transaction(script, outcome)) return;
  transaction_.clear();
  session_ = Session::unknown;
  DbError ended = outcome.error ? *outcome.error : DbError{};
  ended.fault = Fault::ended_transaction;
  if (!outcome.error) {
    ended.sqlstate = "2D000";
    ended.statement = outcome.succeeded;
    ended.message = "the script ended the transaction of this apply";
  } else {
    ended.hint = "the script had ended the transaction of this apply before";
  }
  outcome.error = std::move(ended);
}

ScriptOutcome PostgresDriver::run(std::string_view script, const RunOptions& options) {
  ScriptOutcome outcome;
  if ((outcome.error = begin_call("run"))) return outcome;
  if (const auto nul = script.find('\0'); nul != std::string_view::npos) {
    outcome.error = made(Fault::statement, "22021", "the script holds a NUL byte");
    set_place(*outcome.error, script, nul);
    return outcome;
  }
  if ((outcome.error = release_session())) return outcome;
  if ((outcome.error = set_timeouts(options))) return outcome;
  notices_of_ = &outcome;
  const bool ours = tx_state() == TxState::open || tx_state() == TxState::failed;
  if (ours || !options.transaction_control) {
    run_text(script, script, 0, outcome);
  } else {
    run_statements(script, outcome);
  }
  notices_of_ = nullptr;
  if (ours && !transaction_.empty() && !options.transaction_control) check_transaction(script, outcome);
  return outcome;
}

}  // namespace backstay::db
