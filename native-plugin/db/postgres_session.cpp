// Opening, settings, the fence and cancel: what belongs to a PostgreSQL session as a whole.
#include <array>
#include <chrono>
#include <thread>

#include "native-plugin/db/postgres.hpp"

namespace backstay::db {

namespace {

constexpr int oldest_with_connection_check = 140000;

// Key of the advisory lock: the first eight bytes of a SHA-256, computed by the server.
constexpr const char* lock_key = "('x' || pg_catalog.left(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to($1, 'UTF8')), 'hex'), 16))::bit(64)::int8";

}  // namespace

DbResult<std::unique_ptr<Driver>> PostgresDriver::open(const std::string& target, const OpenSettings& settings) {
  std::unique_ptr<PostgresDriver> driver(new PostgresDriver());
  if (auto error = driver->connect(target, settings)) return *error;
  return std::unique_ptr<Driver>(std::move(driver));
}

PostgresDriver::~PostgresDriver() { disconnect(); }

void PostgresDriver::disconnect() {
  const std::lock_guard<std::mutex> hold(cancel_mutex_);
  PQfreeCancel(cancel_);
  cancel_ = nullptr;
  PQfinish(connection_);
  connection_ = nullptr;
}

std::optional<DbError> PostgresDriver::connect(const std::string& target, const OpenSettings& settings) {
  target_ = target;
  settings_ = settings;
  application_name_ = settings.op_id.empty() ? "backstay" : "backstay/" + settings.op_id;
  const std::string wait = std::to_string((settings.connect_timeout_ms + 999) / 1000);
  // What stands before dbname gives way to the URL, what stands behind it does not. A dead network is noticed
  // within half a minute.
  const std::array<const char*, 10> names = {"connect_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count",
                                             "tcp_user_timeout", "dbname", "application_name", "client_encoding", nullptr};
  const std::array<const char*, 10> values = {wait.c_str(), "10", "5", "3", "30000", target.c_str(), application_name_.c_str(), "UTF8", nullptr};
  connection_ = PQconnectdbParams(names.data(), values.data(), 1);
  if (PQstatus(connection_) != CONNECTION_OK) {
    DbError error;
    error.fault = Fault::connect;
    error.sqlstate = "08001";
    error.message = PQerrorMessage(connection_);
    while (!error.message.empty() && error.message.back() == '\n') error.message.pop_back();
    return error;
  }
  PQsetNoticeReceiver(connection_, &PostgresDriver::on_notice, this);
  {
    const std::lock_guard<std::mutex> hold(cancel_mutex_);
    cancel_ = PQgetCancel(connection_);
  }
  return set_up();
}

std::optional<DbError> PostgresDriver::set_up() {
  const int version = PQserverVersion(connection_);
  std::string sql = "SET standard_conforming_strings = on; SET client_min_messages = notice; SET statement_timeout = 0; SET lock_timeout = " +
                    std::to_string(settings_.lock_timeout_ms) +
                    "; SET idle_in_transaction_session_timeout = " + std::to_string(settings_.idle_in_transaction_timeout_ms) + ";";
  // The server ends a statement whose client has died (plugin.md 3.5); user-settable since 14.
  if (version >= oldest_with_connection_check) sql += "SET client_connection_check_interval = 500;";
  if (settings_.read_only) sql += "SET default_transaction_read_only = on;";
  if (auto error = send(sql)) return error;
  statement_timeout_ = 0;
  lock_timeout_ = settings_.lock_timeout_ms;
  info_.engine = Engine::postgresql;
  info_.version = version;
  // Distributions put their own number behind it: "15.18 (Debian 15.18-0+deb12u1)".
  const std::string reported = PQparameterStatus(connection_, "server_version");
  info_.product = "PostgreSQL " + reported.substr(0, reported.find(' '));
  info_.database = PQdb(connection_);
  info_.user = PQuser(connection_);
  const char* superuser = PQparameterStatus(connection_, "is_superuser");
  info_.superuser = superuser && std::string_view(superuser) == "on";
  info_.orphans_end = version >= oldest_with_connection_check;
  return std::nullopt;
}

DbError PostgresDriver::lost_error() const {
  DbError error;
  error.fault = Fault::lost;
  error.sqlstate = "08006";
  error.message = "the connection to the database is gone";
  return error;
}

DbError PostgresDriver::failure(const PGresult* result) const {
  if (!result || PQstatus(connection_) != CONNECTION_OK) {
    DbError error = result ? postgres_error(result, settings_.keep_detail) : lost_error();
    if (PQstatus(connection_) != CONNECTION_OK) error.fault = Fault::lost;
    return error;
  }
  DbError error = postgres_error(result, settings_.keep_detail);
  if (error.sqlstate == "57014" && cancel_asked_.load()) error.fault = Fault::cancelled;
  return error;
}

void PostgresDriver::on_notice(void* self, const PGresult* result) {
  auto& driver = *static_cast<PostgresDriver*>(self);
  if (!driver.notices_of_) return;
  if (driver.notices_of_->notices.size() >= max_notices) {
    ++driver.notices_of_->notices_dropped;
    return;
  }
  const auto field = [&](int code) {
    const char* text = PQresultErrorField(result, code);
    return std::string(text ? text : "");
  };
  driver.notices_of_->notices.push_back(
      {field(PG_DIAG_SEVERITY_NONLOCALIZED), field(PG_DIAG_SQLSTATE), field(PG_DIAG_MESSAGE_PRIMARY)});
}

void PostgresDriver::cancel() {
  const std::lock_guard<std::mutex> hold(cancel_mutex_);
  // A cancel that reached an idle server late could hit the next statement.
  if (!cancel_ || !in_call_.load()) return;
  cancel_asked_.store(true);
  std::array<char, 256> why{};
  PQcancel(cancel_, why.data(), static_cast<int>(why.size()));
}

DbResult<bool> PostgresDriver::session_lock(std::string_view key, std::uint64_t wait_ms) {
  if (locks_.contains(std::string(key))) return true;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms);
  const std::string sql = std::string("SELECT pg_catalog.pg_try_advisory_lock(") + lock_key + ")";
  const std::array<Value, 1> parameters = {Value::of(key)};
  while (true) {
    auto rows = query(sql, parameters);
    if (!rows.ok()) return rows.error();
    if (rows.value().rows.front().front().integer == 1) break;
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  locks_.insert(std::string(key));
  return true;
}

DbResult<Done> PostgresDriver::session_unlock(std::string_view key) {
  if (locks_.erase(std::string(key)) == 0) return Done{};
  const std::array<Value, 1> parameters = {Value::of(key)};
  auto rows = query(std::string("SELECT pg_catalog.pg_advisory_unlock(") + lock_key + ")", parameters);
  if (!rows.ok()) return rows.error();
  return Done{};
}

DbResult<std::vector<std::string>> PostgresDriver::lock_holders() {
  auto rows = query(
      "SELECT DISTINCT pg_catalog.concat(a.application_name, ' (', a.usename, ', pid ', a.pid, ')') FROM pg_catalog.pg_locks l "
      "JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'advisory' AND l.granted "
      "AND a.application_name LIKE 'backstay%' AND a.pid <> pg_catalog.pg_backend_pid() ORDER BY 1");
  if (!rows.ok()) return rows.error();
  std::vector<std::string> holders;
  for (const Row& row : rows.value().rows) holders.push_back(row.front().bytes);
  return holders;
}

}  // namespace backstay::db
