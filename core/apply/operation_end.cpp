// Behind the last commit: checks, the record that decides, and tidying up. Everything here can be done again.
#include "core/apply/capture_sql.hpp"
#include "core/apply/operation.hpp"
#include "core/apply/witness_sql.hpp"
#include "core/report/json_writer.hpp"
#include "core/schema/snapshot.hpp"

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
  snapshot.text = "document";
  ask(snapshot, [this](const Answer& answer) {
    std::string payload;
    report::JsonWriter json(payload, 0);
    json.begin_object();
    json.member("backup_id", backup_id_);
    if (answer.outcome == Outcome::ok) after_snapshot_ = answer.document;
    const auto taken = schema::parse_snapshot(after_snapshot_, "snapshot");
    after_ = taken.ok() ? taken.value().schema_digest + ":" + taken.value().data_digest : std::string();
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
      if (!is_on_sqlite()) {
        add_second_part(steps.rows);
        return drop_witnesses();
      }
      // Which tables the captured rows are of; the table of captures is there only when there are some.
      const db::Rows found = steps.rows;
      read(capture::exist, {}, [this, found](const Answer& there) {
        if (there.outcome != Outcome::ok || there.rows.rows.empty() || there.rows.rows[0][0].integer == 0) {
          add_second_part(found);
          return drop_witnesses();
        }
        read(capture::tables, {db::Value::of(settings_.op_id)}, [this, found](const Answer& tables) {
          if (tables.outcome != Outcome::ok) return fail(tables);
          for (const db::Row& row : tables.rows.rows) job_.touched_tables.push_back(row[0].text());
          add_second_part(found);
          drop_witnesses();
        });
      });
    });
  });
  if (!job_.store_changes.empty() || unfinished_) change_store(RequestKind::settle_store);
}

// What happened, last step first, and how everything stood when it was done.
void Operation::add_second_part(const db::Rows& steps) {
  undo_list_ = "[";
  std::vector<std::string> tables = std::move(job_.touched_tables);
  job_.touched_tables.clear();
  for (const db::Row& row : steps.rows) {
    auto undoing = read_undoing(row[3].text());
    const bool is_of_all = undoing.ok() && row[0].text() == witness::everything;
    if (is_of_all) undoing.value().tables.insert(undoing.value().tables.end(), tables.begin(), tables.end());
    if (undoing.ok()) job_.touched_tables.insert(job_.touched_tables.end(), undoing.value().tables.begin(), undoing.value().tables.end());
    if (undo_list_.size() > 1) undo_list_ += ",";
    undo_list_ += is_of_all ? write_undoing(undoing.value()) : row[3].text();
  }
  undo_list_ += "]";
  elements_list_ = elements_now();
  reverse_text_ = is_on_sqlite() ? std::string() : reverse_by_hand(steps);
  Request add;
  add.kind = RequestKind::add_to_backup;
  add.name = backup_id_;
  add.backup.entries.push_back({"undo.json", undo_list_});
  add.backup.entries.push_back({"after.txt", after_});
  if (!after_snapshot_.empty()) add.backup.entries.push_back({"schema/after.json", after_snapshot_});
  if (!job_.store_changes.empty()) add.backup.entries.push_back({"elements.json", elements_list_});
  if (!reverse_text_.empty()) add.backup.entries.push_back({"reverse.sql", reverse_text_});
  add.capture = true;  // the captured rows go along
  if (!is_on_sqlite()) prelude_ = export_prelude();
  add.sql = prelude_;
  ask(add);
}

// For an administrator who has a terminal and nothing else: everything that takes the operation back, to run in psql.
std::string Operation::reverse_by_hand(const db::Rows& steps) const {
  std::string text;
  for (const db::Row& row : steps.rows) {
    const auto undoing = read_undoing(row[3].text());
    const std::string script = undoing.ok() ? reverse_script(undoing.value()) : std::string();
    if (script.empty()) continue;
    if (text.empty()) text = "-- Takes back operation " + settings_.op_id + ", last step first. Values that somebody has written since stay.\nBEGIN;\n" + reverse_prelude() + "\\ir rows/captured.sql\n";
    text += "\n-- " + undoing.value().step + " " + undoing.value().package + "/" + undoing.value().element + "\n" + script;
  }
  return text.empty() ? text : text + "COMMIT;\n";
}

std::string Operation::elements_now() const {
  std::string out;
  report::JsonWriter json(out, 0);
  json.begin_object();
  for (const StoreChange& change : job_.store_changes) json.member_or_null(change.key, change.is_removal ? std::string_view() : change.sha256);
  json.end_object();
  return out;
}

// What later restores look at, to see that they overlap with this.
std::string Operation::touched() const {
  std::string out;
  report::JsonWriter json(out, 0);
  json.begin_object();
  json.key("elements");
  json.begin_array();
  for (const StoreChange& change : job_.store_changes) json.text(change.key);
  json.end_array();
  json.texts("tables", job_.touched_tables);
  json.end_object();
  return out;
}

void Operation::drop_captures() {
  execute(is_on_sqlite() ? std::string(capture::drop) : forget_captures(settings_.op_id));
}

void Operation::drop_witnesses() {
  ask(RequestKind::begin);
  execute(witness::delete_steps(settings_.engine), {db::Value::of(settings_.op_id)});
  execute(witness::delete_operation(settings_.engine), {db::Value::of(settings_.op_id)});
  if (!settings_.keeps_captures) drop_captures();
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
  record(State::exported, touched());
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
  write_risks(json, open_risks_);
  if (!dry_run_digest_.empty()) json.member("digest", dry_run_digest_);
  if (settings_.dry_run) json.texts("actions", job_.actions);
  json.texts("conflicts", conflicts_);
  if (restore_) json.texts("drift", drift_);
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
