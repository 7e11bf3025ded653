// A restore on demand: an operation like an apply, whose work is what the backup says about taking one back.
#include <algorithm>

#include "core/apply/operation.hpp"
#include "core/base/json.hpp"
#include "core/report/json_writer.hpp"

namespace backstay::apply {

Operation::Operation(RestoreOrder order, Settings settings)
    : Conversation(std::move(settings)), phase_(Phase::read_backup), restore_(std::move(order)) {
  job_.kind = "restore";
  job_.contents_backup = restore_->backup_id;
}

// The host verifies every byte of the backup before it answers; nothing is read from one that is damaged.
void Operation::read_backup() {
  phase_ = Phase::open;
  record(journal::State::created, "{\"kind\":\"restore\"}");
  Request manifest;
  manifest.kind = RequestKind::read_backup;
  manifest.name = restore_->backup_id;
  ask(manifest, [this](const Answer& answer) {
    if (answer.outcome != Outcome::ok) return fail(answer);
    manifest_ = answer.document;
  });
  Request entry;
  entry.kind = RequestKind::read_entry;
  entry.name = restore_->backup_id;
  entry.text = "undo.json";
  ask(entry, [this](const Answer& answer) {
    // A backup without a list is one whose operation changed nothing in the database.
    const bool is_absent = answer.outcome == Outcome::failed && answer.problem.code == "missing";
    if (answer.outcome != Outcome::ok && !is_absent) return fail(answer);
    if (phase_ != Phase::abandon) plan_restore(manifest_, answer.outcome == Outcome::ok ? answer.document : "[]");
  });
}

bool Operation::is_in_scope(const std::string& package, const std::string& key) const {
  const auto has = [](const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  const RestoreOrder& order = *restore_;
  if (order.packages.empty() && order.elements.empty() && order.tables.empty()) return true;
  if (has(order.packages, package.empty() ? key.substr(0, key.find('/')) : package)) return true;
  return std::any_of(order.elements.begin(), order.elements.end(), [&](const std::string& wanted) {
    return key == wanted || (key.size() > wanted.size() && key.starts_with(wanted) && key[wanted.size()] == '/');
  });
}

void Operation::plan_restore(const std::string& manifest, const std::string& undo_list) {
  const auto backup = parse_json(manifest, "manifest.json");
  JsonOptions large;
  const auto undo = parse_json(undo_list, "undo.json", large);
  if (!backup.ok() || !undo.ok()) {
    job_.why_not = "the backup cannot be understood: " + (backup.ok() ? undo.error() : backup.error()).message;
    return;
  }
  const JsonValue& root = backup.value().root;
  if (const JsonValue* environment = root.find("environment")) {
    if (environment->text("id").value_or("") != settings_.environment_id) job_.risks.push_back("R-OTHER-ENV");
  }
  if (const JsonValue* packages = root.find("packages")) {
    std::string out;
    report::JsonWriter json(out, 0);
    json.begin_array();
    for (const JsonValue& package : packages->items) {
      json.begin_object();
      json.member("name", package.text("name").value_or(""));
      json.optional_text("version", package.text("previous_version"));
      json.optional_text("previous_version", package.text("version"));
      json.end_object();
    }
    json.end_array();
    job_.packages_json = out;
  }
  plan_elements(root);
  if (restore_->with_rows) plan_undoing(undo.value().root);
  const bool is_partial = !restore_->packages.empty() || !restore_->elements.empty() || !restore_->tables.empty() || !restore_->with_rows;
  if (is_partial && job_.works.empty() && job_.store_changes.empty()) job_.why_not = "nothing in the backup is what was asked for";
}

void Operation::plan_elements(const JsonValue& root) {
  if (const JsonValue* elements = root.find("elements")) {
    for (const JsonValue& element : elements->items) {
      StoreChange change;
      change.key = element.text("key").value_or("");
      change.backup_entry = element.text("entry").value_or("");
      if (is_in_scope({}, change.key)) job_.store_changes.push_back(std::move(change));
    }
  }
  if (const JsonValue* absent = root.find("absent")) {
    for (const JsonValue& name : absent->items) {
      StoreChange change;
      change.key = name.string.substr(name.string.find(':') + 1);
      change.is_removal = true;
      if (is_in_scope({}, change.key)) job_.store_changes.push_back(std::move(change));
    }
  }
}

namespace {

Work undo_work(const Undoing& undoing, const char* letter, const std::string& script, db::Engine engine) {
  Work work;
  work.kind = Work::Kind::undoing;
  work.step = letter + undoing.step;
  work.package = undoing.package;
  work.element = undoing.element;
  work.own = script;
  // On SQLite what the restore changes is captured like anything else; PostgreSQL has no way back from it.
  work.undoing.reverse_class = engine == db::Engine::sqlite ? "captured" : "not-undone";
  return work;
}

}  // namespace

// The list stands last step first, which is the order of a restore.
void Operation::plan_undoing(const JsonValue& list) {
  std::vector<Work> first, then, last;
  std::string captured_of;
  for (const JsonValue& item : list.items) {
    const Undoing undoing = undoing_of(item);
    if (!undoing.package.empty() && !is_in_scope(undoing.package, {})) continue;
    if (undoing.suspends) job_.risks.push_back("R-NBC-SCRIPT:" + undoing.uid);
    if (is_irreversible(undoing)) {
      job_.irreversible.push_back("R-R3-STEP:" + undoing.step);
      for (const std::string& reason : undoing.reasons) left_.push_back(undoing.step + ": " + reason);
      if (undoing.reasons.empty()) left_.push_back(undoing.step + " " + undoing.package + " " + undoing.element + ": no script takes it back");
    }
    if (!undoing.prepare.empty()) first.push_back(undo_work(undoing, "P-", undoing.prepare, settings_.engine));
    if (!undoing.reverse.empty()) then.push_back(undo_work(undoing, "U-", undoing.reverse, settings_.engine));
    if (!undoing.discard.empty()) last.push_back(undo_work(undoing, "D-", undoing.discard, settings_.engine));
    if (undoing.captured) captured_of = restore_->backup_id;
  }
  if (!captured_of.empty()) {
    Work rows;
    rows.kind = Work::Kind::captured_rows;
    rows.step = "R-rows";
    rows.content = captured_of;
    rows.own = restore_->backup_id;
    rows.undoing.reverse_class = "captured";
    first.push_back(std::move(rows));
  }
  // What was captured is needed until the last step is back.
  const bool is_whole = restore_->packages.empty() && restore_->elements.empty() && restore_->tables.empty();
  if (settings_.engine == db::Engine::postgresql && !then.empty() && is_whole) {
    Undoing everything;
    everything.step = "captures";
    last.push_back(undo_work(everything, "D-", forget_captures(restore_->backup_id), settings_.engine));
  }
  for (auto* works : {&first, &then, &last}) {
    for (Work& work : *works) job_.works.push_back(std::move(work));
  }
}

std::unique_ptr<Machine> start_restore(RestoreOrder order, Settings settings) {
  return std::make_unique<Operation>(std::move(order), std::move(settings));
}

}  // namespace backstay::apply
