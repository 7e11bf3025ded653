// Answers the requests of the core's machine with files, a database and the host's services.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/apply/machine.hpp"
#include "native-plugin/apply/installation.hpp"
#include "native-plugin/backup/backup_file.hpp"
#include "native-plugin/db/driver.hpp"
#include "native-plugin/fs/line_file.hpp"
#include "native-plugin/services/window.hpp"

namespace backstay::plugin {

// The bytes of a delivery by their keys (core/apply/source.hpp).
using Contents = std::map<std::string, std::string, std::less<>>;

struct Recipient {
  std::string address;
  std::vector<std::string> on;  // "done", "restored", "suspended", "failed"; empty: everything
};

struct LoopSettings {
  std::string op_id, kind, params;
  std::optional<Window> window;
  std::vector<Recipient> recipients;
  bool in_place = false;  // a rehearsal in one transaction of the target itself, always taken back
};

class ApplyLoop {
 public:
  ApplyLoop(Installation& installation, LoopSettings settings, Contents contents);

  // Runs the whole conversation; the outcome document comes back.
  std::string run(apply::Machine& machine);
  // From any thread: the statement in flight ends, and the machine is asked to stop at the next border.
  void cancel();
  bool cancel_asked() const { return cancel_asked_; }
  const std::vector<std::string>& warnings() const { return warnings_; }
  // Last state recorded, and how many steps were run, for status().
  std::int32_t state() const { return state_; }
  std::uint32_t step() const { return step_; }

 private:
  apply::Answer perform(const apply::Request& request);
  // loop_journal.cpp
  apply::Answer journal(const apply::Request& request);
  apply::Answer backup(const apply::Request& request);
  apply::Answer read_backup(const apply::Request& request);
  apply::Answer read_entry(const apply::Request& request);
  apply::Answer add_to_backup(const apply::Request& request);
  Result<BackupFile*> opened_backup(const std::string& id, bool rows_part);
  Result<std::optional<BackupRow>> backup_row(const std::string& id);
  // loop_database.cpp
  apply::Answer database(const apply::Request& request);
  apply::Answer lock(const apply::Request& request);
  apply::Answer unlock();
  apply::Answer run_script(const apply::Request& request);
  apply::Answer execute(const apply::Request& request);
  apply::Answer snapshot(const apply::Request& request);
  apply::Answer restore_copy(const apply::Request& request);
  // loop_captures.cpp
  apply::Answer undo_capture(const apply::Request& request);
  apply::Answer bring_captures(const apply::Request& request);
  apply::Answer import_captured(const apply::Request& request);
  std::string captured_file() const;
  Result<std::optional<fs::FileReader>> open_captured(const std::string& backup, std::string_view entry);
  Result<std::optional<NewEntry>> export_captured(const apply::Request& request);
  Result<std::size_t> write_sqlite_rows(fs::FileWriter& file);
  Result<std::size_t> write_postgresql_rows(const apply::Request& request, fs::FileWriter& file);
  // loop_store.cpp
  apply::Answer read_content(const apply::Request& request);
  apply::Answer stage(const apply::Request& request);
  apply::Answer switch_store(const apply::Request& request);
  apply::Answer revert_store(const apply::Request& request);
  apply::Answer settle_store(const apply::Request& request);
  apply::Answer read_store(const apply::Request& request);
  apply::Answer element_digests(const apply::Request& request);
  Result<std::string> content_of(const apply::StoreChange& change, const std::string& backup_id);
  // loop_services.cpp
  apply::Answer check_jobs();
  apply::Answer check_window(const apply::Request& request);
  apply::Answer enter_maintenance(const apply::Request& request);
  apply::Answer leave_maintenance(const apply::Request& request);
  apply::Answer call_host(const apply::Request& request);
  apply::Answer undo_host(const apply::Request& request);
  // loop_files.cpp
  apply::Answer write_file(const apply::Request& request);
  apply::Answer undo_file(const apply::Request& request);
  apply::Answer keep_present(const fs::Folder& root, const std::string& name, const apply::Request& request);
  Result<std::string> bytes_to_write(const std::string& content, const std::string& kept);
  Result<std::optional<fs::Folder>> root_of(const apply::Request& request, std::string& name);
  apply::Answer verify(const apply::Request& request);
  apply::Answer notify(const apply::Request& request);

  Installation& at_;
  LoopSettings settings_;
  Contents contents_;
  std::unique_ptr<db::Driver> driver_;
  std::mutex driver_lock_;  // guards driver_ itself against cancel(); calls run without it
  std::map<std::string, BackupFile> backups_;
  void warn(std::string warning);

  std::vector<std::string> warnings_;
  bool is_inside_ = false;  // in_place: of what the machine takes for a transaction
  std::atomic<bool> cancel_asked_ = false;
  std::atomic<std::int32_t> state_ = 0;
  std::atomic<std::uint32_t> step_ = 0;
};

apply::Answer failed(apply::Outcome outcome, std::string code, std::string message);
apply::Answer failed(const Error& error);
apply::Answer failed(const db::DbError& error);
apply::Answer answered(const Answered& answered);  // of a service
template <class T>
apply::Answer plain(const db::DbResult<T>& result) {
  return result.ok() ? apply::Answer() : failed(result.error());
}

}  // namespace backstay::plugin
