// From the first record to the sealed backup: nothing of the target is changed in here.
#include <algorithm>

#include "core/apply/binding.hpp"
#include "core/apply/operation.hpp"
#include "core/apply/witness_sql.hpp"
#include "core/report/json_writer.hpp"

namespace backstay::apply {
namespace {

// ".../data.en-US.json"
std::string culture_of(std::string_view key) {
  key = key.substr(key.rfind('/') + 1);
  return std::string(key.substr(5, key.size() - 5 - 5));
}

}  // namespace

using journal::State;

Operation::Operation(Assignment assignment, Settings settings)
    : Conversation(std::move(settings)), job_(std::move(assignment)) {}

Operation::Operation(Unfinished unfinished, Settings settings)
    : Conversation(std::move(settings)), phase_(Phase::recover), unfinished_(std::move(unfinished)) {
  job_.kind = unfinished_->kind;
  backup_id_ = unfinished_->backup_id;
}

void Operation::advance() {
  switch (phase_) {
    case Phase::read_backup: return read_backup();
    case Phase::look: return look();
    case Phase::open: return open();
    case Phase::try_works: return try_works();
    case Phase::clear: return clear();
    case Phase::lock: return lock();
    case Phase::recheck: return recheck();
    case Phase::prepare: return prepare();
    case Phase::back_up: return back_up();
    case Phase::run: return run();
    case Phase::commit_unknown: return ask_whether_committed();
    case Phase::verify: return verify();
    case Phase::commit: return commit();
    case Phase::export_rows: return export_rows();
    case Phase::unlock: return unlock();
    case Phase::close: return close();
    case Phase::abandon: return abandon();
    case Phase::undo: return undo();
    case Phase::undo_copy: return undo_copy();
    case Phase::undone: return undone();
    case Phase::suspend: return suspend();
    case Phase::give_up: return give_up();
    case Phase::recover: return recover();
    case Phase::finished: return finish(End::abandoned, outcome(End::abandoned));
  }
}

bool Operation::may_stop() const { return phase_ <= Phase::run; }

bool Operation::is_acknowledged(const std::string& risk) const {
  if (settings_.force && risk.starts_with("R-NBC-SCRIPT:")) return true;
  for (const std::string& known : settings_.acknowledged) {
    if (known == risk) return true;
  }
  return false;
}

void Operation::open() {
  std::string payload;
  report::JsonWriter json(payload, 0);
  json.begin_object();
  json.member("kind", job_.kind);
  json.member("user", settings_.user);
  json.member("plan", job_.plan_digest);
  json.member("mode", to_string(settings_.mode));
  json.member("steps", static_cast<std::uint64_t>(job_.works.size()));
  json.key("packages");
  json.raw(job_.packages_json);
  if (!job_.changes_json.empty()) json.key("changes"), json.raw(job_.changes_json);
  if (restore_ && is_whole_scope()) json.member("restores", restore_->backup_id);
  json.end_object();
  if (!restore_) record(State::created, payload);
  bool has_open = false;
  for (Risk& risk : job_.risks) {
    risk.is_acknowledged = is_acknowledged(risk.id);
    risk.is_required |= settings_.acknowledge_everything;
    has_open |= risk.is_required && !risk.is_acknowledged;
    open_risks_.push_back(risk);
  }
  phase_ = Phase::abandon;
  if (!job_.why_not.empty()) {
    problem_of_.code = "plan";
    problem_of_.message = job_.why_not;
  } else if (settings_.dry_run) {
    if (restore_) phase_ = Phase::try_works;
  } else if (const std::string unknown = unknown_acknowledgement(); !unknown.empty()) {
    problem_of_.code = "risks";
    problem_of_.message = "there is no risk \"" + unknown + "\" to acknowledge";
  } else if (has_open) {
    problem_of_.code = "risks";
    problem_of_.message = "risks have to be acknowledged one by one";
  } else if (restore_ && !restore_->dry_run_digest.empty() && restore_->dry_run_digest != dry_run_digest_) {
    problem_of_.code = "drift";
    problem_of_.message = "what would be done is not what the dry run of that digest showed";
  } else {
    record(State::preflighted, payload);
    phase_ = Phase::clear;
  }
}

// An apply's acknowledgements may name findings as well, which the host has looked at; a restore's are risks only.
std::string Operation::unknown_acknowledgement() const {
  if (!restore_) return {};
  for (const std::string& id : settings_.acknowledged) {
    const bool is_known = std::any_of(job_.risks.begin(), job_.risks.end(), [&](const Risk& risk) { return risk.id == id; });
    if (!is_known) return id;
  }
  return {};
}

// Before anybody is logged out.
void Operation::clear() {
  ask(RequestKind::check_window);
  ask(RequestKind::check_jobs);
  record(State::cleared);
  phase_ = Phase::lock;
}

// The state directory is locked already; then the session, then the users. Undone in reverse.
void Operation::lock() {
  take_lock();
  record(State::locking);
  Request enter;
  enter.kind = RequestKind::enter_maintenance;
  enter.text = settings_.maintenance;
  is_in_maintenance_ = true;  // from the intent on: leaving what was not entered is fine
  ask(enter);
  record(State::locked);
  phase_ = Phase::recheck;
}

// A restore has it already, for a look at the target.
void Operation::take_lock() {
  if (is_locked_) return;
  Request lock;
  lock.kind = RequestKind::lock;
  lock.timeout_ms = settings_.lock_wait_ms;
  ask(lock, [this](const Answer& answer) {
    is_locked_ = answer.outcome == Outcome::ok;
    if (!is_locked_) {
      drop_pending();
      fail(answer);
    }
  });
}

// A job can start, and another host can begin, between the first look and the lock.
void Operation::recheck() {
  ask(RequestKind::check_jobs);
  read(witness::exist(settings_.engine), {}, [this](const Answer& answer) {
    if (answer.outcome != Outcome::ok) return fail(answer);
    if (answer.rows.rows.empty() || answer.rows.rows[0][0].integer == 0) return;
    read(witness::select_foreign(settings_.engine), {db::Value::of(settings_.state_dir_id)}, [this](const Answer& found) {
      if (found.outcome != Outcome::ok) return fail(found);
      if (found.rows.rows.empty()) return;
      Answer refused;
      refused.outcome = Outcome::busy;
      refused.problem.code = "unrecovered";
      refused.problem.message = "operation " + found.rows.rows[0][0].text() + " of another state directory (host " +
                                found.rows.rows[0][3].text() + ") is not finished";
      fail(refused);
    });
  });
  phase_ = Phase::prepare;
}

void Operation::prepare() {
  if (!is_prepared_) {
    is_prepared_ = true;
    Request snapshot;
    snapshot.kind = RequestKind::snapshot;
    snapshot.text = "data";
    ask(snapshot, [this](const Answer& answer) {
      if (answer.outcome == Outcome::ok) {
        before_ = answer.document;
      } else if (answer.outcome != Outcome::unsupported) {
        fail(answer);
      }
    });
    return;
  }
  if (prepared_ < job_.works.size()) return prepare_next();
  if (refuses_without_way_back()) return;
  std::string payload;
  report::JsonWriter json(payload, 0);
  json.begin_object();
  json.member("env_before", before_);
  json.end_object();
  record(State::rechecked, payload);
  phase_ = Phase::back_up;
}

// What nothing takes back later than the transaction starts only when there is a copy of the database to go back to.
bool Operation::refuses_without_way_back() {
  if (restore_ || is_way_back_looked_at_ || settings_.has_way_back || settings_.with_full_copy || settings_.keeps_captures) return false;
  is_way_back_looked_at_ = true;
  bool has_open = false;
  for (const Work& work : job_.works) {
    const bool is_ours = work.kind == Work::Kind::script || work.kind == Work::Kind::statements;
    if (!is_ours || !is_irreversible(work.undoing)) continue;
    Risk risk{"R-R3-STEP:" + work.step, "only a backup of the database takes " + work.package + "/" + work.element + " back"};
    for (const std::string& reason : work.undoing.reasons) risk.message += "; " + reason;
    risk.is_acknowledged = is_acknowledged(risk.id);
    has_open |= !risk.is_acknowledged;
    open_risks_.push_back(std::move(risk));
  }
  if (!has_open) return false;
  Answer refused;
  refused.outcome = Outcome::failed;
  refused.problem.code = "risks";
  refused.problem.message = "steps that only a backup of the database takes back have to be acknowledged, or a backup named";
  fail(refused);
  return true;
}

// Scripts are read before anything is changed, so that one that cannot be read stops nothing half-way.
void Operation::prepare_next() {
  Work& work = job_.works[prepared_++];
  if (work.kind == Work::Kind::host_call || work.kind == Work::Kind::captured_rows || work.content.empty()) {
    return weave(work, {}, settings_.engine, settings_.op_id + "/" + work.step);
  }
  if (work.is_binding) {
    Request descriptor;
    descriptor.kind = RequestKind::read_content;
    descriptor.name = work.descriptor;
    ask(descriptor, [this, &work](const Answer& answer) {
      if (answer.outcome != Outcome::ok) return fail(answer);
      work.own = answer.document;  // until the rows are there
    });
  }
  for (const std::string& key : work.localizations) {
    Request texts;
    texts.kind = RequestKind::read_content;
    texts.name = key;
    ask(texts, [this, &work](const Answer& answer) {
      if (answer.outcome != Outcome::ok) return fail(answer);
      work.texts.push_back(answer.document);
    });
  }
  Request content;
  content.kind = RequestKind::read_content;
  content.name = work.content;
  ask(content, [this, &work](const Answer& answer) {
    if (answer.outcome != Outcome::ok) return fail(answer);
    if (work.is_binding) {
      BindingFiles files{work.own, answer.document, {}};
      for (std::size_t i = 0; i < work.localizations.size() && i < work.texts.size(); ++i) files.localizations.emplace_back(culture_of(work.localizations[i]), work.texts[i]);
      auto statements = binding_statements(files, work.install_type, settings_.engine);
      if (!statements.ok()) {
        problem_step_ = work.step;
        Answer unusable;
        unusable.outcome = Outcome::failed;
        unusable.problem.code = "binding";
        unusable.problem.message = work.element + ": " + statements.error().message;
        return fail(unusable);
      }
      work.own = std::move(statements.value());
    }
    weave(work, answer.document, settings_.engine, settings_.op_id + "/" + work.step);
  });
}

std::string Operation::manifest() const {
  std::string out;
  report::JsonWriter json(out, 0);
  json.begin_object();
  json.member("schema", "backstay.backup/1");
  json.member("op_id", settings_.op_id);
  json.member("reason", job_.kind == "restore" ? "before-restore" : "before-apply");
  json.member("created_at", settings_.started_at);
  json.member("created_by", settings_.user);
  json.member("tool", settings_.tool);
  json.key("environment");
  json.begin_object();
  json.member("id", settings_.environment_id);
  json.member("database", db::to_string(settings_.engine));
  json.member("fingerprint", before_);
  json.end_object();
  json.key("packages");
  json.raw(job_.packages_json);
  json.list("steps", job_.works, [&](const Work& work) {
    json.member("id", work.step);
    json.member("package", work.package);
    json.member("element", work.element);
    json.member("reversible", work.undoing.reverse_class);
  });
  json.key("not_covered");
  json.begin_array();
  for (const Work& work : job_.works) {
    for (const std::string& reason : work.undoing.reasons) {
      json.begin_object();
      json.member("what", "step:" + work.step);
      json.member("why", reason);
      json.end_object();
    }
  }
  json.end_array();
  json.end_object();
  return out;
}

void Operation::back_up() {
  record(State::backup_open);
  Request backup;
  backup.kind = RequestKind::backup;
  backup.backup.manifest = manifest();
  for (const StoreChange& change : job_.store_changes) backup.backup.elements.push_back(change.key);
  backup.backup.with_full_copy = settings_.with_full_copy;
  // The entries are views of members that live as long as the machine.
  if (!job_.plan_json.empty()) backup.backup.entries.push_back({"plan.json", job_.plan_json});
  ask(backup, [this](const Answer& answer) {
    if (answer.outcome != Outcome::ok) {
      drop_pending();
      return fail(answer);
    }
    backup_id_ = answer.document;
    std::string payload;
    report::JsonWriter json(payload, 0);
    json.begin_object();
    json.member("backup_id", backup_id_);
    json.end_object();
    record(State::backed_up, payload);
  });
  phase_ = Phase::run;
}

}  // namespace backstay::apply
