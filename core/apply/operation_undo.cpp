// The failure branch. Whatever failed, the operation ends with everything as it was, or in a named state that
// waits for a decision.
#include "core/apply/capture_sql.hpp"
#include "core/apply/operation.hpp"
#include "core/apply/witness_sql.hpp"
#include "core/report/json_writer.hpp"

namespace backstay::apply {

using journal::State;

void Operation::note_failure(const Answer& answer, std::string_view during) {
  if (!problem_of_.message.empty()) {
    left_.push_back(std::string(during) + ": " + answer.problem.message);
    return;
  }
  problem_of_ = answer.problem;
  if (problem_of_.code.empty()) problem_of_.code = to_string(answer.outcome);
  if (problem_of_.message.empty()) problem_of_.message = std::string(during) + " failed";
  was_cancelled_ |= answer.outcome == Outcome::cancelled;
}

void Operation::fail(const Answer& answer) {
  drop_pending();
  is_connection_lost_ |= answer.outcome == Outcome::lost;
  if (is_commit_unknown_) {
    // Neither side may be touched before the target can be asked again: the operation stays open for recovery.
    note_failure(answer, "asking whether the commit happened");
    return finish(End::restore_failed, outcome(End::restore_failed));
  }
  if (is_decided_) {
    // The new state is there; recovery does the rest again.
    warnings_.push_back(answer.problem.message);
    note_failure(answer, "finishing");
    return finish(End::incomplete, outcome(End::incomplete));
  }
  if (phase_ == Phase::abandon || phase_ == Phase::finished) {
    // Not even the record could be written: recovery finds the operation and abandons it.
    note_failure(answer, "abandoning");
    return finish(End::abandoned, outcome(End::abandoned));
  }
  if (is_giving_up_) {
    note_failure(answer, "recording the failure");
    return finish(End::restore_failed, outcome(End::restore_failed));
  }
  if (is_undoing_) {
    note_failure(answer, "undoing");
    phase_ = Phase::give_up;
    return;
  }
  note_failure(answer, job_.kind);
  phase_ = has_intent_ ? Phase::undo : Phase::abandon;
}

// Nothing was changed: unlock in reverse order and say why.
void Operation::abandon() {
  phase_ = Phase::finished;
  if (is_locked_) ask(RequestKind::rollback, [](const Answer&) {});
  if (is_in_maintenance_) ask(RequestKind::leave_maintenance);
  if (is_locked_) ask(RequestKind::unlock);
  record(State::abandoned, problem_json());
  ask(RequestKind::progress, [this](const Answer&) {
    const bool is_shown = settings_.dry_run && problem_of_.message.empty();
    const End end = was_cancelled_ ? End::cancelled : is_shown ? End::dry_run : End::abandoned;
    finish(end, outcome(end));
  });
}

void Operation::undo() {
  is_undoing_ = true;
  if (!unfinished_ || unfinished_->state != journal::to_string(State::restoring)) record(State::failed, problem_json(), problem_step_);
  if (is_connection_lost_) {
    is_connection_lost_ = false;
    Request lock;
    lock.kind = RequestKind::lock;
    lock.timeout_ms = 60'000;
    // Without a committed transaction nothing needs the database any more.
    ask(lock, [this](const Answer& answer) {
      if (answer.outcome == Outcome::ok || segments_committed_ == 0) return;
      drop_pending();
      fail(answer);
    });
  } else {
    ask(RequestKind::rollback, [](const Answer&) {});
  }
  if (suspends_as_vendor()) return;
  undo_changes();
  if (is_copied_) {
    record(State::restoring);
    phase_ = backup_id_.empty() ? Phase::give_up : Phase::undo_copy;
    return;
  }
  if (segments_committed_ == 0) {
    put_back_store();
    phase_ = Phase::undone;
    return;
  }
  phase_ = Phase::give_up;
  read(witness::select_steps(settings_.engine), {db::Value::of(settings_.op_id)}, [this](const Answer& answer) {
    if (answer.outcome != Outcome::ok) {
      drop_pending();
      return fail(answer);
    }
    undo_applied(answer.rows);
  });
}

// Creatio's own rule, for those who want it to the letter: one unconfirmed script in what failed, and nothing is taken
// back by itself, also where the transaction was.
bool Operation::suspends_as_vendor() {
  if (!settings_.vendor_suspension || restore_ || unfinished_) return false;
  for (const Work& work : job_.works) {
    if (!work.undoing.suspends || is_acknowledged("R-NBC-SCRIPT:" + work.undoing.uid)) continue;
    open_risks_.push_back({"R-NBC-SCRIPT:" + work.undoing.uid, nbc_sentence(work.undoing)});
  }
  if (open_risks_.empty()) return false;
  phase_ = Phase::suspend;
  return true;
}

void Operation::put_back_store() {
  if (!job_.store_changes.empty() || unfinished_) change_store(RequestKind::revert_store);
}

// Committed transactions are taken back in one more, last step first; it either happens or it does not.
void Operation::undo_applied(const db::Rows& steps) {
  std::vector<Undoing> undoings;
  bool is_complete = true;
  for (const db::Row& row : steps.rows) {
    auto undoing = read_undoing(row[3].text());
    if (!undoing.ok()) {
      Answer damaged;
      damaged.outcome = Outcome::damaged;
      damaged.problem = {"witness", undoing.error().message, {}, {}, {}, 0, {}, 0, 0, 0};
      return fail(damaged);
    }
    if (undoing.value().suspends) {
      const std::string risk = "R-NBC-SCRIPT:" + undoing.value().uid;
      if (!is_acknowledged(risk)) open_risks_.push_back({risk, nbc_sentence(undoing.value())});
    }
    is_complete &= !is_irreversible(undoing.value());
    undoings.push_back(std::move(undoing.value()));
  }
  if (!open_risks_.empty()) {
    phase_ = Phase::suspend;
    return;
  }
  record(State::restoring);
  if (!is_complete) {
    for (const Undoing& undoing : undoings) {
      if (is_irreversible(undoing)) {
        left_.push_back(undoing.step + " " + undoing.package + " " + undoing.element);
      }
    }
    phase_ = (settings_.with_full_copy || settings_.host_restores_all) && !backup_id_.empty() ? Phase::undo_copy : Phase::give_up;
    return;
  }
  run_undo(undoings);
  clean_up_witnesses();
  phase_ = Phase::undone;
}

void Operation::run_undo(const std::vector<Undoing>& undoings) {
  std::vector<std::string> last;
  bool has_captures = false;
  undo_scripts_.clear();  // requests point into it
  for (const Undoing& undoing : undoings) {
    if (!undoing.prepare.empty()) undo_scripts_.push_back(undoing.prepare);
    has_captures |= undoing.captured;
  }
  const std::size_t before_rows = undo_scripts_.size();
  for (const Undoing& undoing : undoings) {
    if (std::string script = reverse_script(undoing); !script.empty()) undo_scripts_.push_back(std::move(script));
    if (!undoing.discard.empty()) last.push_back(undoing.discard);
  }
  undo_scripts_.insert(undo_scripts_.end(), last.begin(), last.end());
  if (!is_on_sqlite()) {
    undo_scripts_.insert(undo_scripts_.begin(), reverse_prelude());
  }
  ask(RequestKind::begin);
  for (std::size_t i = 0; i <= undo_scripts_.size(); ++i) {
    if (i == before_rows && has_captures) {
      Request rows;
      rows.kind = RequestKind::undo_capture;
      rows.name = settings_.op_id;
      ask(rows);
    }
    if (i == undo_scripts_.size()) break;
    Request run;
    run.kind = RequestKind::run_script;
    run.name = settings_.op_id;
    run.sql = undo_scripts_[i];
    ask(run);
  }
}

// Ends the open transaction.
void Operation::clean_up_witnesses() {
  execute(witness::delete_steps(settings_.engine), {db::Value::of(settings_.op_id)});
  execute(witness::delete_operation(settings_.engine), {db::Value::of(settings_.op_id)});
  drop_captures();
  read(witness::count_rows(settings_.engine), {}, [this](const Answer& answer) {
    if (answer.outcome != Outcome::ok) {
      drop_pending();
      return fail(answer);
    }
    if (!answer.rows.rows.empty() && answer.rows.rows[0][0].integer == 0) execute(witness::drop(settings_.engine));
    ask(RequestKind::commit);
    put_back_store();
  });
}

// The third line of defence, where a full copy is in the backup: exact, because nobody else could write since.
void Operation::undo_copy() {
  Request copy;
  copy.kind = RequestKind::restore_copy;
  copy.name = backup_id_;
  left_.clear();
  ask(copy);
  put_back_store();
  phase_ = Phase::undone;
}

void Operation::undone() {
  // No record of the unlocking: it would read like that of an operation whose changes are there, and a recovery
  // would close this one as done. From RESTORED all that follows is simply done again.
  record(State::restored);
  ask(RequestKind::leave_maintenance);
  ask(RequestKind::unlock, [](const Answer&) {});
  Request notify;
  notify.kind = RequestKind::notify;
  notify.name = job_.kind + ".failed.restored";
  notify.text = outcome(End::rolled_back);
  ask(notify);
  record(State::rolled_back, problem_json());
  phase_ = Phase::finished;
  ask(RequestKind::progress, [this](const Answer&) {
    const End end = was_cancelled_ ? End::cancelled : End::rolled_back;
    finish(end, outcome(end));
  });
}

// Users stay locked out: what is there is neither old nor new, and somebody has to decide.
void Operation::suspend() {
  is_giving_up_ = true;
  std::string payload;
  report::JsonWriter json(payload, 0);
  json.begin_object();
  json.member("backup_id", backup_id_);
  write_risks(json, open_risks_);
  json.end_object();
  record(State::suspended, payload);
  Request notify;
  notify.kind = RequestKind::notify;
  notify.name = job_.kind + ".failed.suspended";
  notify.text = outcome(End::suspended);
  ask(notify);
  ask(RequestKind::unlock, [this](const Answer&) { finish(End::suspended, outcome(End::suspended)); });
}

void Operation::give_up() {
  is_giving_up_ = true;
  drop_pending();
  ask(RequestKind::rollback, [](const Answer&) {});
  std::string payload;
  report::JsonWriter json(payload, 0);
  json.begin_object();
  json.member("backup_id", backup_id_);
  json.texts("left", left_);
  json.end_object();
  record(State::restore_failed, payload);
  Request notify;
  notify.kind = RequestKind::notify;
  notify.name = "restore.failed";
  notify.text = outcome(End::restore_failed);
  ask(notify);
  ask(RequestKind::unlock, [this](const Answer&) { finish(End::restore_failed, outcome(End::restore_failed)); });
}

}  // namespace backstay::apply
