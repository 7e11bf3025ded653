// One session with one database. README.md says what every driver promises; tests/drivers holds each to it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/apply/database.hpp"

namespace backstay::db {

struct Done {};  // success without a value

struct OpenSettings {
  std::string op_id;                      // shown to the server's administrator as backstay/OPID; empty: backstay
  std::uint64_t connect_timeout_ms = 10'000;
  std::uint64_t lock_timeout_ms = 30'000; // waiting for somebody else's lock
  std::uint64_t idle_in_transaction_timeout_ms = 0;  // 0 = none (the apply waits for a host in its callbacks)
  bool read_only = false;                 // fingerprints and snapshots
  bool create = false;                    // SQLite: a missing file is made; otherwise it is an error
  bool keep_detail = false;               // DbError::detail is filled (it may hold row values)
};

// For rehearsals. See README.md for what each mode leaves out.
enum class ScratchMode : std::uint8_t { copy, template_database, dump };
struct ScratchOptions {
  ScratchMode mode = ScratchMode::copy;
  std::string op_id;          // names the scratch: backstay_scratch_OPID
  std::string folder;         // SQLite: where the copy goes (…/scratch); PostgreSQL dump: not used
  std::size_t sample_rows = 1'000;  // dump: rows of each of `sample_tables`
  std::vector<std::string> sample_tables;  // as the server quotes them
};
struct Scratch {
  std::string name;  // file path, or database name: what drop_scratch takes
  std::string url;   // to open; may hold the password of the URL it was made from: never logged
  std::vector<std::string> left_out;  // sentences: what this copy cannot show
};

// A session is used by one thread at a time; only cancel() may be called from others, at any time.
// Texts are borrowed for the length of the call. A call that comes back with Fault::lost leaves a driver that
// answers everything with Fault::lost.
class Driver {
 public:
  virtual ~Driver() = default;  // closes; an open transaction is rolled back by the server

  virtual const ServerInfo& info() const = 0;

  // Errors: unsupported when one is open already. begin() takes the write lock at once where that exists (SQLite:
  // IMMEDIATE; busy after lock_timeout_ms).
  virtual DbResult<Done> begin() = 0;
  virtual DbResult<Done> commit() = 0;
  // Fine when nothing is open.
  virtual DbResult<Done> rollback() = 0;
  // Names are ours: letters, digits and _.
  virtual DbResult<Done> savepoint(std::string_view name) = 0;
  virtual DbResult<Done> release(std::string_view name) = 0;
  virtual DbResult<Done> rollback_to(std::string_view name) = 0;

  // Runs a script of a package, all statements of it, with the scripts' search path. One round trip. Stops at the
  // first error, whose place is in bytes of `script`. Result rows of queries are thrown away.
  virtual ScriptOutcome run(std::string_view script, const RunOptions& options) = 0;

  // One statement of ours with parameters ($1 in PostgreSQL, ?1 in SQLite), on the pinned search path.
  virtual DbResult<Rows> query(std::string_view sql, std::span<const Value> parameters) = 0;
  DbResult<Rows> query(std::string_view sql) { return query(sql, {}); }
  // The same, a row at a time, for results that do not fit into memory. `row` returns false to stop early (that is
  // success). `row` must not use this driver.
  virtual DbResult<Done> each_row(std::string_view sql, std::span<const Value> parameters,
                                  const std::function<bool(const Row&)>& row) = 0;
  // Several statements of ours without parameters, in one round trip.
  virtual DbResult<Done> execute(std::string_view sql) = 0;
  // Many rows into a table of ours, as fast as the server takes them. `next` fills a row and returns true, or
  // returns false at the end. `table` and `columns` are quoted already. Returns how many.
  virtual DbResult<std::int64_t> insert_rows(std::string_view table, std::string_view columns,
                                             const std::function<bool(Row&)>& next) = 0;

  // PostgreSQL, others: unsupported. The rows of a query in the text form of COPY, a block at a time; `take` returns
  // false to stop, which is Fault::cancelled. `sql`: "COPY ... FROM STDIN", whose rows `next` hands over the same way;
  // it returns false at the end.
  virtual DbResult<Done> copy_out(std::string_view query, const std::function<bool(std::string_view)>& take);
  virtual DbResult<Done> copy_in(std::string_view sql, const std::function<bool(std::string&)>& next);

  // Rows that our own statements change from here on are captured as a script's would be (RunOptions), until
  // stop_capture(). SQLite; others: unsupported.
  virtual DbResult<Done> start_capture(const std::string& op_id, const std::string& step_id) = 0;
  virtual void stop_capture() = 0;

  virtual TxState tx_state() const = 0;  // without a round trip
  // Number of the open transaction as the server counts, "" when it has none yet.
  virtual DbResult<std::string> transaction_id() = 0;

  // Any thread, any time, also when nothing runs. The call in flight comes back with Fault::cancelled.
  virtual void cancel() = 0;

  // The fence of plugin.md 3.5: held by this session until unlock or its end. false: somebody else holds it after
  // `wait_ms`. `key`: the environment's id.
  virtual DbResult<bool> session_lock(std::string_view key, std::uint64_t wait_ms) = 0;
  virtual DbResult<Done> session_unlock(std::string_view key) = 0;
  // Who holds it, for the report: sessions that begin with "backstay"; empty when nobody or not visible.
  virtual DbResult<std::vector<std::string>> lock_holders() = 0;

  virtual DbResult<Scratch> copy_to_scratch(const ScratchOptions& options) = 0;
  virtual DbResult<Done> drop_scratch(std::string_view name) = 0;
  // What earlier rehearsals left behind, for `prune` and recovery. `folder`: as in ScratchOptions.
  virtual DbResult<std::vector<std::string>> list_scratch(std::string_view folder) = 0;
  // A consistent copy of the whole database in one new file (SQLite; others: unsupported). `path` must not exist.
  virtual DbResult<Done> backup_file(const std::string& path) = 0;
  // The whole database replaced by that copy in one commit, the session lock kept (SQLite; others: unsupported).
  // Errors: unsupported inside a transaction; busy; damaged when the copy is no database.
  virtual DbResult<Done> restore_file(const std::string& path) = 0;
};

// `url`: sqlite:PATH, postgresql://..., postgres://... or libpq's "host=... dbname=..." behind "postgresql:".
// Errors: connect, busy (SQLite: this process has the file open by other means, plugin.md 4.5), unsupported (no
// driver for that scheme in this build), damaged.
DbResult<std::unique_ptr<Driver>> open_driver(const std::string& url, const OpenSettings& settings);

// Engine of a URL; nullopt when no driver of this build takes it.
std::optional<Engine> engine_of_url(std::string_view url);

// `url` without password and query secrets, for reports and logs.
std::string redacted_url(std::string_view url);

}  // namespace backstay::db
