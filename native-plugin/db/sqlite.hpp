// The SQLite driver. Linked with the system's shared library: a host that uses it too shares its table of locks,
// and a second copy would drop them on its first close (plugin.md 4.5).
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "native-plugin/db/driver.hpp"
#include "native-plugin/db/sqlite_capture.hpp"
#include "native-plugin/db/sqlite_guard.hpp"
#include "native-plugin/db/sqlite_lock.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace backstay::db {

class SqliteDriver final : public Driver {
 public:
  static DbResult<std::unique_ptr<Driver>> open(const std::string& path, const OpenSettings& settings);
  ~SqliteDriver() override;

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
  DbResult<Done> start_capture(const std::string& op_id, const std::string& step_id) override;
  void stop_capture() override { capture_.end(); }
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
  SqliteDriver() = default;
  int flush_captured(const RunOptions& options);
  bool run_statement(const std::string& text, std::size_t& at, const RunOptions& options, ScriptOutcome& outcome);
  DbError failure(std::string_view text, std::uint64_t start);
  std::optional<DbError> begin_call(const char* what, std::uint64_t timeout_ms = 0);
  DbError note_lost(DbError error);
  DbResult<Done> own(const std::string& sql, const char* what);
  int out_of_time();
  int wait_for_lock(int attempt);
  bool configure(const OpenSettings& settings);

  sqlite3* db_ = nullptr;
  std::mutex handle_;            // cancel() against the destructor
  std::atomic<bool> cancel_asked_ = false;
  std::chrono::steady_clock::time_point deadline_{};
  bool has_deadline_ = false, timed_out_ = false;
  std::chrono::milliseconds lock_timeout_{0};
  std::chrono::steady_clock::time_point lock_deadline_{};
  bool ours_ = false;            // begin() opened what is open
  bool lost_ = false;
  std::uint64_t transactions_ = 0;
  std::string path_;
  ServerInfo info_;
  SqliteGuard guard_;
  SqliteCapture capture_;
  SqliteSessionLock lock_;
  bool keep_detail_ = false;
};

}  // namespace backstay::db
