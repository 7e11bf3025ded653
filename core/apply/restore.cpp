// A restore on demand: an operation like an apply, whose work is what the backup says about taking one back. Before
// anything else it is read what was recorded then and what is there now (restore_risks.cpp weighs the two), and a dry
// run makes every step in a transaction that is taken back, so that its conflicts are those of the real run.
#include "core/apply/operation.hpp"

namespace backstay::apply {

Operation::Operation(RestoreOrder order, Settings settings)
    : Conversation(std::move(settings)), phase_(Phase::read_backup), restore_(std::move(order)) {
  job_.kind = "restore";
  job_.contents_backup = restore_->backup_id;
}

// An entry that old backups, and those of operations that did not get so far, do not have.
void Operation::read_part(const char* entry, std::string& into) {
  Request request;
  request.kind = RequestKind::read_entry;
  request.name = restore_->backup_id;
  request.text = entry;
  ask(request, [this, &into](const Answer& answer) {
    const bool is_absent = answer.outcome == Outcome::failed && answer.problem.code == "missing";
    if (answer.outcome == Outcome::ok) into = answer.document;
    else if (!is_absent) {
      drop_pending();
      fail(answer);
    }
  });
}

// The host verifies every byte of the backup before it answers; nothing is read from one that is damaged.
void Operation::read_backup() {
  phase_ = Phase::look;
  record(journal::State::created, "{\"kind\":\"restore\"}");
  Request manifest;
  manifest.kind = RequestKind::read_backup;
  manifest.name = restore_->backup_id;
  ask(manifest, [this](const Answer& answer) {
    manifest_ = answer.document;
    if (answer.outcome == Outcome::ok) return;
    drop_pending();
    fail(answer);
  });
  read_part("undo.json", undo_text_);
  read_part("after.txt", after_digests_);
  read_part("schema/after.json", after_snapshot_);
  read_part("elements.json", after_elements_);
}

void Operation::look() {
  phase_ = Phase::open;
  plan_restore();
  if (!job_.why_not.empty()) return;
  take_lock();
  Request snapshot;
  snapshot.kind = RequestKind::snapshot;
  snapshot.text = "document";
  ask(snapshot, [this](const Answer& answer) {
    if (answer.outcome == Outcome::ok) now_snapshot_ = answer.document;
    else if (answer.outcome != Outcome::unsupported) {
      drop_pending();
      fail(answer);
    }
  });
  Request store;
  store.kind = RequestKind::read_store;
  store.text = "digests";
  store.changes = job_.store_changes;
  ask(store, [this](const Answer& answer) {
    if (answer.outcome != Outcome::ok) {
      drop_pending();
      return fail(answer);
    }
    weigh_drift(now_snapshot_);
    weigh_elements(answer.document);
    weigh_overlaps();
    plan_full_copy();
    list_actions();
    dry_run_digest_ = digest_of_plan();
  });
}

// Nobody is locked out for it, and nothing of it is kept.
void Operation::try_works() {
  phase_ = Phase::abandon;
  if (job_.works.empty()) return;
  ask(RequestKind::begin);
  segment_begin_ = 0;
  segment_end_ = job_.works.size();
  for (Work& work : job_.works) weave(work, {}, settings_.engine, settings_.op_id + "/" + work.step);
  run_prelude();
  for (std::size_t i = 0; i < job_.works.size(); ++i) {
    if (!job_.works[i].is_change) run_work(i);
  }
  ask(RequestKind::rollback, [this](const Answer&) { steps_done_ = 0; });
}

std::unique_ptr<Machine> start_restore(RestoreOrder order, Settings settings) {
  return std::make_unique<Operation>(std::move(order), std::move(settings));
}

}  // namespace backstay::apply
