#include "core/apply/request.hpp"

namespace backstay::apply {

std::string_view to_string(RequestKind kind) {
  switch (kind) {
    case RequestKind::read_content: return "read-content";
    case RequestKind::journal: return "journal";
    case RequestKind::backup: return "backup";
    case RequestKind::read_backup: return "read-backup";
    case RequestKind::read_entry: return "read-entry";
    case RequestKind::add_to_backup: return "add-to-backup";
    case RequestKind::lock: return "lock";
    case RequestKind::unlock: return "unlock";
    case RequestKind::begin: return "begin";
    case RequestKind::commit: return "commit";
    case RequestKind::rollback: return "rollback";
    case RequestKind::savepoint: return "savepoint";
    case RequestKind::release: return "release";
    case RequestKind::rollback_to: return "rollback-to";
    case RequestKind::run_script: return "run-script";
    case RequestKind::execute: return "execute";
    case RequestKind::read_rows: return "read-rows";
    case RequestKind::undo_capture: return "undo-capture";
    case RequestKind::bring_captures: return "bring-captures";
    case RequestKind::snapshot: return "snapshot";
    case RequestKind::restore_copy: return "restore-copy";
    case RequestKind::read_store: return "read-store";
    case RequestKind::stage: return "stage";
    case RequestKind::switch_store: return "switch-store";
    case RequestKind::revert_store: return "revert-store";
    case RequestKind::settle_store: return "settle-store";
    case RequestKind::check_jobs: return "check-jobs";
    case RequestKind::enter_maintenance: return "enter-maintenance";
    case RequestKind::leave_maintenance: return "leave-maintenance";
    case RequestKind::check_window: return "check-window";
    case RequestKind::call_host: return "call-host";
    case RequestKind::undo_host: return "undo-host";
    case RequestKind::verify: return "verify";
    case RequestKind::notify: return "notify";
    case RequestKind::progress: return "progress";
    case RequestKind::done: return "done";
  }
  return "done";
}

bool is_of_database(RequestKind kind) { return kind >= RequestKind::begin && kind <= RequestKind::restore_copy; }

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok: return "ok";
    case Outcome::failed: return "failed";
    case Outcome::busy: return "busy";
    case Outcome::outside_window: return "outside-window";
    case Outcome::cancelled: return "cancelled";
    case Outcome::lost: return "lost";
    case Outcome::transaction_ended: return "transaction-ended";
    case Outcome::unsupported: return "unsupported";
    case Outcome::damaged: return "damaged";
    case Outcome::no_space: return "no-space";
  }
  return "failed";
}

}  // namespace backstay::apply
