// Apply, restore, recovery and rehearsal as a conversation: the machine asks, a host answers. No file,
// no clock, no database in here; README.md draws the states.
//
//   Request request = machine->first();
//   while (request.kind != RequestKind::done) request = machine->next(host.perform(request));
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/apply/plan.hpp"
#include "core/apply/request.hpp"

namespace backstay::apply {

// How a conversation ended (plugin.md 3.7).
enum class End : std::uint8_t {
  done,            // the new state
  rolled_back,     // it failed, and everything is as it was
  abandoned,       // refused before anything was touched
  cancelled,       // asked to stop; everything is as it was
  suspended,       // it failed, and taking it back needs a decision: risks are listed
  restore_failed,  // taking it back failed; what is left is listed
  incomplete,      // the new state is there, but leaving the lock, exporting rows or the like has to be done again
  differs,         // a rehearsal that does not come back to where it started
  dry_run,         // nothing was to be changed, and nothing was
};
std::string_view to_string(End end);

// How much one transaction covers (plugin.md 3.3).
enum class Transactions : std::uint8_t { whole, per_package, per_step };
std::string_view to_string(Transactions mode);  // "whole", "per-package", "per-step"

struct Settings {
  std::string op_id, environment_id, state_dir_id, user, host, tool;
  std::string started_at;                 // RFC 3339, for documents
  DigestFunction digest;
  db::Engine engine = db::Engine::sqlite;
  Transactions mode = Transactions::whole;  // less than asked for when a step allows no more
  std::vector<std::string> acknowledged;  // risk ids
  bool force = false;                     // acknowledges every R-NBC-SCRIPT
  bool vendor_suspension = false;         // suspend: "vendor"
  bool dry_run = false;
  bool overwrite_conflicts = false;       // restore: rows that users changed get the old values too
  bool acknowledge_everything = false;    // also risks that lose nothing have to be acknowledged
  bool require_signature = false;         // R-UNSIGNED has to be acknowledged
  bool with_full_copy = false;            // SQLite: a full copy goes into the backup
  bool has_way_back = false;              // a backup of the database is named, or the host can put one back
  bool host_restores_all = false;         // restore_copy works without a full copy of our own
  bool keeps_captures = false;            // a rehearsal's apply: what was captured stays in the target until its restore
  std::uint32_t lock_wait_ms = 0;
  std::string maintenance, jobs;          // JSON for the services
};

class Machine {
 public:
  virtual ~Machine() = default;
  virtual Request first() = 0;
  // The answer to the request that was given last.
  virtual Request next(const Answer& answer) = 0;
  // Asks to stop at the next border between requests: before the first change the operation is abandoned,
  // after it what was done is taken back, after the commit this changes nothing.
  virtual void cancel() = 0;
  // Valid when `done` was asked for.
  virtual End end() const = 0;
};

// `plan` is kept by the machine.
std::unique_ptr<Machine> start_apply(ApplyPlan plan, Settings settings);

// The same for the plan of plan_uninstall: a package's UninstallApp scripts, then its elements go.
std::unique_ptr<Machine> start_uninstall(ApplyPlan plan, Settings settings);

// An operation behind the one that a restore takes back, whose changes are still there.
struct LaterOperation {
  std::string op_id, kind;
  std::vector<std::string> elements, tables;
};

struct RestoreOrder {
  std::string backup_id;
  std::vector<std::string> packages, elements, tables;  // all empty: everything
  bool with_rows = true;
  bool whole_database = false;  // SQLite: put the full copy back, although others have written since
  std::vector<LaterOperation> later;
  std::string dry_run_digest;  // of the report that the acknowledged risks were read in
};
std::unique_ptr<Machine> start_restore(RestoreOrder order, Settings settings);

// A change by the host that an operation made or may have made.
struct HostCall {
  std::string step, call;  // call: the JSON it was given, with "previous" where that is known
  bool is_undo = false;    // it took a change back, in a restore
};

// What the journal says of an operation that did not end.
struct Unfinished {
  std::string op_id, kind, state, backup_id;
  std::string env_before;             // digest of the snapshot before the first change; empty when unknown
  std::string packages_json = "[]";
  std::vector<HostCall> host_calls;   // in the order they were made
  bool is_copy = false;               // a full copy of the target was, or may have been, put back
  bool is_outside = false;            // its last intent was a step in no transaction
  std::string decision;               // for one that waits: "restore", "restore_without_data", "keep_applied", "database_restored"
};
std::unique_ptr<Machine> start_recovery(Unfinished operation, Settings settings);

// Apply, restore and apply again, on a copy or in a transaction that the host takes back, with a snapshot between.
// Everything but the database and the delivery is answered inside: the host is asked for lock, begin, commit,
// rollback, run_script, execute, read_rows, undo_capture (SQLite), read_content, progress, unlock and for
// snapshot with the text "document", which it answers with schema::snapshot_json over schema and rows.
std::unique_ptr<Machine> start_rehearsal(ApplyPlan plan, Settings settings);

}  // namespace backstay::apply
