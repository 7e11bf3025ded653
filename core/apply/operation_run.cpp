// The change itself: one transaction in mode whole, several in the others. In each of them the witness rows are
// the last thing written, and the store is switched before the last one commits, so that this one commit decides.
#include <algorithm>

#include "core/apply/operation.hpp"
#include "core/apply/rehearsal_findings.hpp"
#include "core/apply/sqlite_schema.hpp"
#include "core/apply/witness_sql.hpp"
#include "core/report/json_writer.hpp"

namespace backstay::apply {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  report::append_json_string(out, text);
  return out;
}

// A name of SQLite as quoted_identifier() writes it.
std::string unquoted(std::string_view name) {
  std::string out;
  for (std::size_t at = 1; at + 1 < name.size(); ++at) {
    out += name[at];
    if (name[at] == '"') ++at;
  }
  return out;
}

}  // namespace

using journal::State;

std::size_t Operation::end_of_segment(std::size_t begin) const {
  const auto& works = job_.works;
  if (settings_.mode == Transactions::whole) return works.size();
  if (settings_.mode == Transactions::per_step) return std::min(begin + 1, works.size());
  std::size_t end = begin;
  while (end < works.size() && works[end].package == works[begin].package) ++end;
  return end;
}

void Operation::change_store(RequestKind kind) {
  Request request;
  request.kind = kind;
  request.name = settings_.op_id;
  request.text = job_.contents_backup;
  if (kind == RequestKind::stage) request.changes = job_.store_changes;
  ask(request);
}

void Operation::run() {
  segment_begin_ = segment_end_;
  segment_end_ = end_of_segment(segment_begin_);
  run_segment();
}

void Operation::run_segment() {
  const bool is_copy = !job_.full_copy_of.empty();
  const bool is_outside = segment_begin_ < segment_end_ && job_.works[segment_begin_].is_outside;
  std::string payload;
  report::JsonWriter json(payload, 0);
  json.begin_object();
  json.member("mode", to_string(settings_.mode));
  json.member_flag("outside", is_outside);
  json.member_flag("copy", is_copy);
  json.member("backup_id", backup_id_);
  json.member_flag("last", is_last_segment());
  json.member_flag("store", !job_.store_changes.empty());
  json.end_object();
  Request window;
  window.kind = RequestKind::check_window;
  window.name = segments_committed_ > 0 ? "begun" : "";
  ask(std::move(window));
  const std::string first = segment_begin_ < job_.works.size() ? job_.works[segment_begin_].step : std::string();
  has_intent_ = true;
  record(State::step_intent, payload, first);
  if (!job_.store_changes.empty() && !is_staged_) {
    is_staged_ = true;
    change_store(RequestKind::stage);
  }
  if (is_outside) run_work(segment_begin_);
  if (is_copy) {
    Request copy;
    copy.kind = RequestKind::restore_copy;
    copy.name = job_.full_copy_of;
    is_copied_ = true;  // from the request on: half of it cannot be told from all of it
    ask(copy);
  }
  // A host may write to the same database: its changes that come first are made before our transaction begins.
  std::size_t inside = segment_begin_;
  while (inside < segment_end_ && job_.works[inside].is_change) run_change(inside++);
  ask(RequestKind::begin);
  execute(witness::create(settings_.engine));
  execute(witness::insert_operation(settings_.engine),
          {db::Value::of(settings_.op_id), db::Value::of(settings_.environment_id), db::Value::of(settings_.state_dir_id),
           db::Value::of(settings_.started_at), db::Value::of(settings_.host), db::Value::of(settings_.user)});
  segment_undoing_ = {};
  segment_undoing_.reverse_class = "none";
  if (is_on_sqlite()) {
    read(sqlite_objects_query, {}, [this](const Answer& answer) {
      if (answer.outcome != Outcome::ok) return fail(answer);
      objects_before_ = answer.rows;
    });
  }
  run_prelude();
  created_calls_.clear();
  std::vector<const Work*> made;
  for (std::size_t i = inside; i < segment_end_ && !is_outside; ++i) {
    // Whatever may look at these tables, or change them, has to find them noted.
    if (job_.works[i].made.empty()) note_created(made);
    else made.push_back(&job_.works[i]);
    run_work(i);
  }
  note_created(made);
  if (is_on_sqlite()) {
    read(sqlite_objects_query, {}, [this](const Answer& answer) {
      if (answer.outcome != Outcome::ok) return fail(answer);
      note_schema_undo(answer.rows);
      commit_segment();
    });
  } else {
    commit_segment();
  }
}

// The routines that captures and their undoing call live as long as the session.
void Operation::run_prelude() {
  if (is_on_sqlite()) return;
  prelude_.clear();
  for (std::size_t i = segment_begin_; i < segment_end_ && prelude_.empty(); ++i) {
    if (job_.works[i].has_captures) prelude_ = capture_prelude();
    if (job_.works[i].kind == Work::Kind::undoing || job_.works[i].kind == Work::Kind::captured_rows) prelude_ = captured_reverse_prelude();
  }
  if (prelude_.empty()) return;
  Request prelude;
  prelude.kind = RequestKind::run_script;
  prelude.sql = prelude_;
  ask(prelude);
}

void Operation::note_created(std::vector<const Work*>& made) {
  if (made.empty()) return;
  created_calls_.push_back(created_call(made, settings_.op_id));
  made.clear();
  Request request;
  request.kind = RequestKind::run_script;
  request.sql = created_calls_.back();
  ask(request);
}

void Operation::note_schema_undo(const db::Rows& objects) {
  const SchemaUndo undo = sqlite_schema_undo(objects_before_, objects);
  segment_undoing_.prepare = undo.before_rows;
  segment_undoing_.reverse = undo.after_rows;
  segment_undoing_.captured = true;
  segment_undoing_.reasons = undo.not_covered;
  // A table that was empty when the restore dropped it comes back with its definition.
  auto& reasons = segment_undoing_.reasons;
  reasons.erase(std::remove_if(reasons.begin(), reasons.end(), [&](const std::string& reason) {
                  return std::any_of(dropped_empty_.begin(), dropped_empty_.end(), [&](const std::string& table) {
                    return reason == "table " + table + " was dropped with its rows";
                  });
                }), reasons.end());
  if (is_copied_) reasons.emplace_back("the database was replaced by its full copy");
  segment_undoing_.reverse_class = reasons.empty() ? "safe" : "not-undone";
}

void Operation::commit_segment() {
  write_witnesses();
  if (is_last_segment() && !job_.store_changes.empty()) change_store(RequestKind::switch_store);
  ask(RequestKind::commit, [this](const Answer& answer) { after_commit(answer); });
}

// What the operation made and what holds something that somebody has entered since stays.
void Operation::drop_unused(std::size_t index) {
  const Work& work = job_.works[index];
  if (work.dropped_column.empty()) {
    const std::string rows = "SELECT EXISTS (SELECT 1 FROM main." + work.dropped_table + ")";
    return read(rows, {}, [this, index](const Answer& answer) { drop_unless_used(index, answer); });
  }
  read("SELECT coalesce(dflt_value, 'NULL'), hidden FROM pragma_table_xinfo(?1, 'main') WHERE name = ?2",
       {db::Value::of(unquoted(work.dropped_table)), db::Value::of(unquoted(work.dropped_column))}, [this, index](const Answer& answer) {
         const Work& dropped = job_.works[index];
         if (answer.outcome != Outcome::ok || answer.rows.rows.empty()) return after_work(index, answer);  // gone already
         const bool is_computed = answer.rows.rows[0][1].integer != 0;
         std::string used = "SELECT 0";
         if (!is_computed && !settings_.overwrite_conflicts) used = "SELECT EXISTS (SELECT 1 FROM main." + dropped.dropped_table + " WHERE " + dropped.dropped_column + " IS NOT NULL AND " +
                                dropped.dropped_column + " IS NOT (" + answer.rows.rows[0][0].text() + "))";
         read_next(used, {}, [this, index](const Answer& found) { drop_unless_used(index, found); });
       });
}

void Operation::drop_unless_used(std::size_t index, const Answer& answer) {
  const Work& work = job_.works[index];
  const std::string table = unquoted(work.dropped_table);
  // It is gone already.
  if (answer.outcome != Outcome::ok) return after_work(index, {});
  if (!answer.rows.rows.empty() && answer.rows.rows[0][0].integer != 0) {
    conflicts_.push_back("table " + table + (work.dropped_column.empty() ? "" : " column " + unquoted(work.dropped_column)) + ": in use");
    return after_work(index, {});
  }
  if (work.dropped_column.empty()) dropped_empty_.push_back(table);
  Request drop;
  drop.kind = RequestKind::run_script;
  drop.name = settings_.op_id;
  drop.step = work.step;
  drop.sql = work.text;
  ask_next(std::move(drop), [this, index](const Answer& dropped) { after_work(index, dropped); });
}

// The intent is durable before the host is asked: after a crash everything that it may have done is taken back.
void Operation::run_change(std::size_t index) {
  const Work& work = job_.works[index];
  std::string payload;
  report::JsonWriter json(payload, 0);
  json.begin_object();
  json.member("host", work.own);
  json.member_flag("undo", work.is_host_undo);
  json.end_object();
  Request intent;
  intent.kind = RequestKind::journal;
  intent.name = journal::to_string(State::step_intent);
  intent.step = work.step;
  intent.text = payload;
  intent.durable = true;
  ask(std::move(intent), [this, index](const Answer& answer) {
    if (answer.outcome != Outcome::ok) return after_work(index, answer);
    host_calls_.push_back({job_.works[index].step, job_.works[index].own, job_.works[index].is_host_undo});
  });
  Request call;
  call.kind = work.is_host_undo ? RequestKind::undo_host : RequestKind::call_host;
  call.name = settings_.op_id;
  call.step = work.step;
  call.text = work.own;
  call.done = index;
  call.total = job_.works.size();
  ask(std::move(call), [this, index](const Answer& answer) {
    if (answer.outcome == Outcome::ok) note_change(index, answer.document);
    after_work(index, answer);
  });
}

void Operation::note_change(std::size_t index, const std::string& previous) {
  Work& work = job_.works[index];
  std::string call = work.own;
  if (!previous.empty() && call.ends_with('}')) {
    call.pop_back();
    call += ",\"previous\":" + previous + "}";
  }
  if (!host_calls_.empty()) host_calls_.back().call = call;
  work.undoing.host = call;
  work.undoing.host_was_undo = work.is_host_undo;
  work.undoing.reverse_class = "safe";
  if (previous.empty()) return;
  Request done;
  done.kind = RequestKind::journal;
  done.name = journal::to_string(State::step_done);
  done.step = work.step;
  done.text = "{\"host\":" + quoted(call) + "}";
  done.durable = true;
  ask_next(std::move(done));
}

// What the host did last is taken back first. Of a change that never happened that is a success.
void Operation::undo_changes() {
  for (auto call = host_calls_.rbegin(); call != host_calls_.rend(); ++call) {
    Request request;
    request.kind = call->is_undo ? RequestKind::call_host : RequestKind::undo_host;
    request.name = settings_.op_id;
    request.step = call->step;
    request.text = call->call;
    ask(std::move(request));
  }
}

void Operation::run_work(std::size_t index) {
  const Work& work = job_.works[index];
  if (work.is_change) return run_change(index);
  if (!work.dropped_table.empty()) return drop_unused(index);
  Request request;
  request.step = work.step;
  request.name = settings_.op_id;
  request.timeout_ms = work.timeout_ms;
  if (work.step == "D-captures") read_conflicts();
  if (work.kind == Work::Kind::captured_rows) {
    request.kind = is_on_sqlite() ? RequestKind::undo_capture : RequestKind::bring_captures;
    request.name = work.content;
    request.text = work.own;
    request.capture = !settings_.dry_run;
    request.durable = settings_.overwrite_conflicts;
    if (restore_ && !is_whole_scope()) {
      request.steps = asked_for_steps_;
      request.tables = restore_->tables;
    }
  } else if (work.kind == Work::Kind::host_call) {
    request.kind = RequestKind::call_host;
    request.text = work.own;
  } else {
    request.kind = RequestKind::run_script;
    request.sql = work.text;  // as long as the machine
    request.is_outside_transaction = work.is_outside;
    request.capture = is_on_sqlite() && !settings_.dry_run;
  }
  request.done = index;
  request.total = job_.works.size();
  ask(std::move(request), [this, index](const Answer& answer) { after_work(index, answer); });
}

void Operation::after_work(std::size_t index, const Answer& answer) {
  const Work& work = job_.works[index];
  if (answer.outcome == Outcome::ok) {
    ++steps_done_;
    if (work.kind == Work::Kind::captured_rows) note_conflicts(answer.document);
    return;
  }
  drop_pending();
  Answer placed = answer;
  const SourcePos at = place_of(work, answer.problem.offset);
  placed.problem.file = work.content;
  placed.problem.line = at.line;
  placed.problem.column = at.column;
  placed.problem.offset = at.offset;
  problem_step_ = work.step;
  fail(placed);
}

// PostgreSQL keeps them beside what was captured; they go with it.
void Operation::read_conflicts() {
  read("SELECT c.relation, c.row_key, c.column_name, c.kind FROM backstay_capture.conflict c JOIN backstay_capture.run r USING (run)"
       " WHERE r.script LIKE $1 AND r.reversed_at IS NOT NULL ORDER BY c.relation, c.row_key, c.column_name LIMIT 10000",
       {db::Value::of(restore_->backup_id + "/%")}, [this](const Answer& answer) {
         if (answer.outcome != Outcome::ok) {
           drop_pending();
           return fail(answer);
         }
         for (const db::Row& row : answer.rows.rows) {
           const std::string column = row[2].text();
           conflicts_.push_back(row[0].text() + " " + row[1].text() + (column.empty() ? "" : " " + column) + ": " + row[3].text());
         }
       });
}

// Rows that somebody has changed since stay as they are; the report names them.
void Operation::note_conflicts(const std::string& document) {
  const auto list = parse_json(document.empty() ? "[]" : document, "conflicts");
  if (!list.ok()) return;
  for (const JsonValue& item : list.value().root.items) conflicts_.push_back(item.string);
}

void Operation::write_witnesses() {
  for (std::size_t from = segment_begin_; from < segment_end_; from += witness::max_rows_per_insert) {
    const std::size_t rows = std::min(witness::max_rows_per_insert, segment_end_ - from);
    std::vector<db::Value> values;
    for (std::size_t i = from; i < from + rows; ++i) {
      const Work& work = job_.works[i];
      values.push_back(db::Value::of(settings_.op_id));
      values.push_back(db::Value::of(work.step));
      values.push_back(db::Value::of(static_cast<std::int64_t>(2 * i)));
      values.push_back(db::Value::of(work.digest));
      values.push_back(db::Value::of(settings_.started_at));
      values.push_back(db::Value::of(write_undoing(work.undoing)));
    }
    execute(witness::insert_steps(settings_.engine, rows), std::move(values));
  }
  segment_undoing_.step = is_last_segment() ? std::string(witness::everything) : "=" + std::to_string(segment_begin_);
  // Between the last step of this transaction and the first of the next.
  const auto sequence = static_cast<std::int64_t>(2 * segment_end_ + 1);
  execute(witness::insert_steps(settings_.engine, 1),
          {db::Value::of(settings_.op_id), db::Value::of(segment_undoing_.step), db::Value::of(sequence), db::Value::of(job_.plan_digest),
           db::Value::of(settings_.started_at), db::Value::of(write_undoing(segment_undoing_))});
}

void Operation::after_commit(const Answer& answer) {
  if (answer.outcome == Outcome::lost) {
    drop_pending();
    note_failure(answer, "commit");
    is_commit_unknown_ = true;
    phase_ = Phase::commit_unknown;
    return;
  }
  if (answer.outcome != Outcome::ok) {
    drop_pending();
    return fail(answer);
  }
  ++segments_committed_;
  record(State::step_done, "{}", segment_end_ > 0 && segment_end_ <= job_.works.size() && !job_.works.empty() ? job_.works[segment_end_ - 1].step : "");
  if (is_last_segment()) phase_ = Phase::verify;
}

// The answer to a commit was lost with the connection: only the operation's row in the target can tell, and only
// once the old session is certainly gone, which owning its lock again shows.
void Operation::ask_whether_committed() {
  Request lock;
  lock.kind = RequestKind::lock;
  lock.timeout_ms = 60'000;
  phase_ = Phase::undo;
  const std::string wanted = is_last_segment() ? std::string(witness::everything) : "=" + std::to_string(segment_begin_);
  ask(lock);
  read(witness::exist(settings_.engine), {}, [this, wanted](const Answer& answer) {
    if (answer.outcome != Outcome::ok) return fail(answer);
    is_connection_lost_ = false;
    if (answer.rows.rows.empty() || answer.rows.rows[0][0].integer == 0) {
      is_commit_unknown_ = false;
      return;
    }
    read(witness::count_step(settings_.engine), {db::Value::of(settings_.op_id), db::Value::of(wanted)}, [this](const Answer& found) {
      if (found.outcome != Outcome::ok) return fail(found);
      is_commit_unknown_ = false;
      if (found.rows.rows.empty() || found.rows.rows[0][0].integer == 0) return;
      ++segments_committed_;
      problem_of_ = {};
      phase_ = is_last_segment() ? Phase::verify : Phase::run;
    });
  });
}

}  // namespace backstay::apply
