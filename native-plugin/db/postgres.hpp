// The PostgreSQL driver, through libpq.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "native-plugin/db/driver.hpp"
#include "native-plugin/db/postgres_result.hpp"

namespace backstay::db {

class PostgresDriver final : public Driver {
 public:
  // `target`: libpq's connection string or URL.
  static DbResult<std::unique_ptr<Driver>> open(const std::string& target, const OpenSettings& settings);
  ~PostgresDriver() override;

  const ServerInfo& info() const override { return info_; }
  DbResult<Done> begin() override;
  DbResult<Done> commit() override;
  DbResult<Done> rollback() override;
  DbResult<Done> savepoint(std::string_view name) override;
  DbResult<Done> release(std::string_view name) override;
  DbResult<Done> rollback_to(std::string_view name) override;
  ScriptOutcome run(std::string_view script, const RunOptions& options) override;
  using Driver::query;
  DbResult<Rows> query(std::string_view sql, std::span<const Value> parameters) override;
  DbResult<Done> each_row(std::string_view sql, std::span<const Value> parameters,
                          const std::function<bool(const Row&)>& row) override;
  DbResult<Done> execute(std::string_view sql) override;
  DbResult<std::int64_t> insert_rows(std::string_view table, std::string_view columns,
                                     const std::function<bool(Row&)>& next) override;
  DbResult<Done> copy_out(std::string_view query, const std::function<bool(std::string_view)>& take) override;
  DbResult<Done> copy_in(std::string_view sql, const std::function<bool(std::string&)>& next) override;
  DbResult<Done> start_capture(const std::string& op_id, const std::string& step_id) override;
  void stop_capture() override {}
  TxState tx_state() const override;
  DbResult<std::string> transaction_id() override;
  void cancel() override;
  DbResult<bool> session_lock(std::string_view key, std::uint64_t wait_ms) override;
  DbResult<Done> session_unlock(std::string_view key) override;
  DbResult<std::vector<std::string>> lock_holders() override;
  DbResult<Scratch> copy_to_scratch(const ScratchOptions& options) override;
  DbResult<Done> drop_scratch(std::string_view name) override;
  DbResult<std::vector<std::string>> list_scratch(std::string_view folder) override;
  DbResult<Done> backup_file(const std::string& path) override;
  DbResult<Done> restore_file(const std::string& path) override;

 private:
  PostgresDriver() = default;
  std::optional<DbError> connect(const std::string& target, const OpenSettings& settings);
  void disconnect();
  std::optional<DbError> set_up();
  DbError failure(const pg_result* result) const;
  DbError lost_error() const;
  DbError give_up(DbError error);
  std::optional<DbError> begin_call(const char* what);
  // Sends text as it is and takes all results; the first error, or nothing.
  std::optional<DbError> send(const std::string& sql, std::string* last_tag = nullptr, std::string* last_value = nullptr);
  std::optional<DbError> start_query(std::string_view sql, std::span<const Value> parameters);
  void take_remaining(std::optional<DbError>& error);  // the results behind a COPY
  std::optional<DbError> pin_session();
  std::optional<DbError> release_session();
  std::optional<DbError> set_timeouts(const RunOptions& options);
  void run_text(std::string_view text, std::string_view script, std::size_t base, ScriptOutcome& outcome);
  void take_result(const pg_result* result, ScriptOutcome& outcome);
  void run_statements(std::string_view script, ScriptOutcome& outcome);
  void check_transaction(std::string_view script, ScriptOutcome& outcome);
  bool in_our_transaction(std::string_view script, const ScriptOutcome& outcome);
  void after_rollback();
  DbResult<Done> fill_scratch(Scratch& scratch, const std::string& structure, const ScratchOptions& options);
  static void on_notice(void* self, const pg_result* result);

  pg_conn* connection_ = nullptr;
  pg_cancel* cancel_ = nullptr;
  std::mutex cancel_mutex_;
  std::atomic<bool> cancel_asked_ = false, in_call_ = false;
  std::string target_;
  OpenSettings settings_;
  ServerInfo info_;
  std::string application_name_, marker_;   // marker_: application_name inside our transaction only
  std::string transaction_;                 // id of ours, "" when none
  std::uint64_t transactions_ = 0;
  // Our statements and the scripts see the same session with two search paths and roles; switched when needed.
  enum class Session : std::uint8_t { script, ours, unknown } session_ = Session::script;
  struct ScriptSettings {
    std::string search_path, role;
  } script_settings_, script_settings_at_begin_;
  std::optional<std::uint64_t> statement_timeout_, lock_timeout_;  // as the server has them; nullopt = not known
  std::set<std::string> locks_;
  ScriptOutcome* notices_of_ = nullptr;
};

}  // namespace backstay::db
