// Behind the last commit: checks, the record that decides, and tidying up. Everything here can be done again.
#include "core/apply/capture_sql.hpp"
#include "core/apply/operation.hpp"
#include "core/apply/witness_sql.hpp"
#include "core/report/json_writer.hpp"

namespace backstay::apply {

using journal::State;

void Operation::verify() {
  record(State::verifying);
  Request store;
  store.kind = RequestKind::read_store;
  store.changes = job_.store_changes;
  store.text = job_.contents_backup;
  if (!job_.store_changes.empty()) ask(store);
  Request check;
  check.kind = RequestKind::verify;
  check.text = outcome(End::done);
  ask(check);
  phase_ = Phase::commit;
}

void Operation::commit() {
  Request snapshot;
  snapshot.kind = RequestKind::snapshot;
  snapshot.text = "data";
  ask(snapshot, [this](const Answer& answer) {
    std::string payload;
    report::JsonWriter json(payload, 0);
    json.begin_object();
    json.member("backup_id", backup_id_);
    after_ = answer.outcome == Outcome::ok ? answer.document : std::string();
    json.member("env_after", after_);
    json.end_object();
    record(State::committed, payload);
    is_decided_ = true;
  });
  phase_ = Phase::export_rows;
}

// What a later restore needs from the target goes into the second part of the backup; then our tables go.
void Operation::export_rows() {
  phase_ = Phase::unlock;
  read(witness::exist(settings_.engine), {}, [this](const Answer& answer) {
    if (answer.outcome != Outcome::ok) return fail(answer);
    if (answer.rows.rows.empty() || answer.rows.rows[0][0].integer == 0) return;
    read(witness::select_steps(settings_.engine), {db::Value::of(settings_.op_id)}, [this](const Answer& steps) {
      if (steps.outcome != Outcome::ok) return fail(steps);
      if (steps.rows.rows.empty()) return drop_witnesses();  // exported already, before a crash
      undo_list_ = "[";
      for (const db::Row& row : steps.rows.rows) {
        if (undo_list_.size() > 1) undo_list_ += ",";
        undo_list_ += row[3].text();
      }
      undo_list_ += "]";
      Request add;
      add.kind = RequestKind::add_to_backup;
      add.name = backup_id_;
      add.backup.entries.push_back({"undo.json", undo_list_});
      add.backup.entries.push_back({"after.txt", after_});
      add.capture = is_on_sqlite();  // the captured rows go along
      ask(add);
      drop_witnesses();
    });
  });
  if (!job_.store_changes.empty() || unfinished_) change_store(RequestKind::settle_store);
}

void Operation::drop_witnesses() {
  ask(RequestKind::begin);
  execute(witness::delete_steps(settings_.engine), {db::Value::of(settings_.op_id)});
  execute(witness::delete_operation(settings_.engine), {db::Value::of(settings_.op_id)});
  if (is_on_sqlite() && !settings_.keeps_captures) execute(capture::drop);
  read(witness::count_rows(settings_.engine), {}, [this](const Answer& answer) {
    if (answer.outcome != Outcome::ok) {
      drop_pending();
      return fail(answer);
    }
    if (!answer.rows.rows.empty() && answer.rows.rows[0][0].integer == 0) execute(witness::drop(settings_.engine));
    ask(RequestKind::commit);
  });
}

void Operation::unlock() {
  record(State::exported);
  Request leave;
  leave.kind = RequestKind::leave_maintenance;
  ask(leave);
  record(State::unlocked);
  ask(RequestKind::unlock);
  phase_ = Phase::close;
}

void Operation::close() {
  Request notify;
  notify.kind = RequestKind::notify;
  notify.name = job_.kind == "restore" ? "restore.done" : "apply.done";
  notify.text = outcome(End::done);
  ask(notify);
  record(State::notified);
  record(State::done);
  phase_ = Phase::finished;
  ask(RequestKind::progress, [this](const Answer&) { finish(End::done, outcome(End::done)); });
}

std::string Operation::outcome(End end) const {
  std::string out;
  report::JsonWriter json(out, 0);
  json.begin_object();
  json.member("schema", "backstay.operation/1");
  json.member("op_id", settings_.op_id);
  json.member("kind", job_.kind);
  json.member("end", to_string(end));
  json.member_or_null("backup_id", backup_id_);
  json.member("mode", to_string(settings_.mode));
  json.key("packages");
  json.raw(job_.packages_json);
  json.member("steps", static_cast<std::uint64_t>(job_.works.size()));
  json.member("steps_done", static_cast<std::uint64_t>(steps_done_));
  json.member("elements", static_cast<std::uint64_t>(job_.store_changes.size()));
  json.texts("risks", open_risks_);
  json.texts("conflicts", conflicts_);
  json.texts("left", left_);
  json.texts("warnings", warnings_);
  json.key("problem");
  if (problem_of_.message.empty()) {
    json.null();
  } else {
    json.raw(problem_json());
  }
  json.end_object();
  return out;
}

std::string Operation::problem_json() const {
  std::string out;
  report::JsonWriter json(out, 0);
  json.begin_object();
  json.member("code", problem_of_.code);
  json.member("message", problem_of_.message);
  json.member_or_null("step", problem_step_);
  json.key("where");
  if (problem_of_.file.empty()) {
    json.null();
  } else {
    json.begin_object();
    json.member("file", problem_of_.file);
    json.member("line", std::uint64_t{problem_of_.line});
    json.member("column", std::uint64_t{problem_of_.column});
    json.member("offset", problem_of_.offset);
    json.end_object();
  }
  json.member_or_null("sqlstate", problem_of_.sqlstate);
  json.key("native");
  json.signed_number(problem_of_.native);
  json.member_or_null("hint", problem_of_.hint);
  json.member_or_null("context", problem_of_.context);
  json.end_object();
  return out;
}

}  // namespace backstay::apply
