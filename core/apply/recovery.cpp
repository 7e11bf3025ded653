// What a new process does with an operation that did not end: the journal says how far it may have got, the
// witness rows in the target say how far it did get, and they are read only behind the lock that fences the old
// session off.
#include <algorithm>

#include "core/apply/operation.hpp"
#include "core/apply/witness_sql.hpp"

namespace backstay::apply {

using journal::State;

void Operation::recover() {
  is_in_maintenance_ = true;
  before_ = unfinished_->env_before;
  job_.packages_json = unfinished_->packages_json;
  const State state = journal::state_from(unfinished_->state).value_or(State::none);
  problem_of_.code = "interrupted";
  problem_of_.message = "the operation was interrupted in state " + unfinished_->state;
  Request lock;
  lock.kind = RequestKind::lock;
  // The session of a process that died holds its lock until the server notices, a second or two later.
  lock.timeout_ms = std::max<std::uint32_t>(settings_.lock_wait_ms, 30'000);
  ask(lock, [this, state](const Answer& answer) {
    if (answer.outcome != Outcome::ok) {
      // Nothing was touched, so nothing has to be taken back: the operation stays as it was found.
      problem_of_ = answer.problem;
      return finish(End::abandoned, outcome(End::abandoned));
    }
    is_locked_ = true;
    recover_from(state);
  });
}

void Operation::recover_from(State state) {
  if (state == State::none || state < State::step_intent) {
    phase_ = Phase::abandon;
    return;
  }
  if (state >= State::committed && state <= State::notified) {
    problem_of_ = {};
    is_decided_ = true;
    phase_ = state == State::committed ? Phase::export_rows : state == State::exported ? Phase::unlock : Phase::close;
    return;
  }
  has_intent_ = true;
  is_copied_ = unfinished_->is_copy;
  host_calls_ = unfinished_->host_calls;
  if (journal::is_waiting(state) && unfinished_->decision.empty()) {
    const End end = state == State::suspended ? End::suspended : End::restore_failed;
    ask(RequestKind::unlock, [this, end](const Answer&) { finish(end, outcome(end)); });
    return;
  }
  if (state == State::restored || (journal::is_waiting(state) && unfinished_->decision == "database_restored")) {
    is_undoing_ = true;
    phase_ = Phase::undone;
    return;
  }
  read(witness::exist(settings_.engine), {}, [this](const Answer& answer) {
    if (answer.outcome != Outcome::ok) return fail(answer);
    if (answer.rows.rows.empty() || answer.rows.rows[0][0].integer == 0) return after_witness(false, false);
    read(witness::select_steps(settings_.engine), {db::Value::of(settings_.op_id)}, [this](const Answer& steps) {
      if (steps.outcome != Outcome::ok) return fail(steps);
      bool has_everything = false;
      for (const db::Row& row : steps.rows.rows) has_everything |= row[0].text() == witness::everything;
      after_witness(has_everything, !steps.rows.rows.empty());
    });
  });
}

void Operation::after_witness(bool has_everything, bool has_some) {
  const State state = journal::state_from(unfinished_->state).value_or(State::none);
  const bool goes_back = state >= State::failed;
  if (journal::is_waiting(state) && unfinished_->decision == "keep_applied") {
    phase_ = Phase::commit;
    return;
  }
  // What the database has stays; the elements go back. The counterpart of a restore without its data.
  if (journal::is_waiting(state) && unfinished_->decision == "restore_without_data") {
    is_undoing_ = true;
    left_.push_back("the database keeps what was applied");
    if (has_some) {
      ask(RequestKind::begin);
      clean_up_witnesses();
    } else {
      put_back_store();
    }
    phase_ = Phase::undone;
    return;
  }
  // The last transaction switched the store before it committed: with its row everything is in place.
  if (has_everything && !goes_back) {
    problem_of_ = {};
    phase_ = Phase::verify;
    return;
  }
  segments_committed_ = has_some ? 1 : 0;
  if (is_copied_) {
    phase_ = Phase::undo;
    return;
  }
  // A statement that runs in no transaction has no witness in between: whether it happened cannot be told.
  if (unfinished_->is_outside && state == State::step_intent && unfinished_->decision.empty()) {
    left_.push_back("a step that runs in no transaction may have happened or not");
    is_undoing_ = true;
    phase_ = Phase::suspend;
    return;
  }
  phase_ = Phase::undo;
}

std::unique_ptr<Machine> start_recovery(Unfinished operation, Settings settings) {
  settings.op_id = operation.op_id;
  return std::make_unique<Operation>(std::move(operation), std::move(settings));
}

}  // namespace backstay::apply
