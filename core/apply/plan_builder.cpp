#include "core/apply/plan_builder.hpp"

#include <algorithm>
#include <set>

namespace backstay::apply {
namespace {

const std::vector<const Content*> no_contents;

std::string package_of_key(std::string_view key) { return std::string(key.substr(0, key.find('/'))); }

std::string script_key(std::string_view package, std::string_view file) { return std::string(package) + "\n" + std::string(file); }

// Rules whose findings say that a script is not content with the transaction it is given.
StepTransaction transaction_of(std::string_view rule) {
  if (rule == "sql/non-transactional-statement") return StepTransaction::none;
  if (rule == "sql/commit-in-script" || rule == "sql/unclosed-transaction" || rule == "sql/ddl-implicit-commit") return StepTransaction::own;
  return StepTransaction::shared;
}

std::string undo_action(const PlanStep& step) {
  switch (step.kind) {
    case StepKind::sql:
      if (step.reversible == Reversible::r0) return "run-reverse-script";
      if (step.reversible == Reversible::r1) return "write-captured-rows";
      if (step.reversible == Reversible::r2) return "run-previous-script";
      return "database-backup";
    case StepKind::element_put: return step.change == Change::added ? "remove-element" : "put-previous-element";
    case StepKind::element_delete: return "put-previous-element";
    case StepKind::data_binding: return "write-captured-rows";
    case StepKind::file_put: return "put-previous-element";
    case StepKind::host_call: return step.reversible == Reversible::r3 ? "database-backup" : "host-call";
    case StepKind::version_record: return "restore-version-record";
  }
  return "";
}

std::string undo_note(const PlanStep& step) {
  if (step.reversible == Reversible::r3) return "cannot be undone by itself: a database backup brings it back";
  if (step.kind == StepKind::sql && step.reversible == Reversible::r2) {
    return step.previous ? "the previous version is at hand" + (step.previous_name.empty() ? "" : ": " + step.previous_name)
                         : "the previous version comes from the package backup";
  }
  if (step.kind == StepKind::sql && step.reversible == Reversible::r1) return "with the rows or definitions captured before it ran";
  return "";
}

}  // namespace

PlanBuilder::PlanBuilder(const PlanInput& input) : input_(input) {
  plan_.engine = input.engine ? input.engine : input.environment.engine;
  for (const Content& content : input.contents) {
    by_key_.emplace(content.key, &content);
    by_package_[package_of_key(content.key)].push_back(&content);
  }
  for (const report::ScriptEntry& script : input.report.scripts) by_script_.try_emplace(script_key(script.package, script.file), &script);
  for (const Finding& finding : input.report.findings) {
    const StepTransaction transaction = transaction_of(finding.rule);
    if (transaction == StepTransaction::shared) continue;
    StepTransaction& kept = transactions_[script_key(finding.package, finding.at.file)];
    kept = std::max(kept, transaction);
  }
}

PlanStep& PlanBuilder::add(PlanStep step) {
  plan_.steps.push_back(std::move(step));
  return plan_.steps.back();
}

void PlanBuilder::skip(const Package& package, std::string_view element, std::string reason) {
  plan_.skipped.push_back({package.name, std::string(element), std::move(reason)});
}

const Content* PlanBuilder::content(std::string_view key, std::string_view of_input) const {
  const auto [first, last] = by_key_.equal_range(key);
  for (auto at = first; at != last; ++at) {
    if (of_input.empty() || at->second->input == of_input) return at->second;
  }
  return nullptr;
}

const std::vector<const Content*>& PlanBuilder::contents_of(std::string_view package) const {
  const auto found = by_package_.find(package);
  return found == by_package_.end() ? no_contents : found->second;
}

const report::ScriptEntry* PlanBuilder::entry(const Package& package, const Script& script) const {
  const auto found = by_script_.find(script_key(package.name, script.file));
  return found == by_script_.end() ? nullptr : found->second;
}

void PlanBuilder::describe_script(PlanStep& step, const Package& package, const Script& script) const {
  const report::ScriptEntry* known = entry(package, script);
  step.kind = StepKind::sql;
  step.engine = script.dialect ? script.dialect : known ? known->dialect : std::nullopt;
  step.backward_compatible = script.backward_compatible;
  const auto found = transactions_.find(script_key(package.name, script.file));
  step.transaction = found == transactions_.end() ? StepTransaction::shared : found->second;
  if (step.engine == Dialect::oracle) step.transaction = std::max(step.transaction, StepTransaction::own);
  switch (known ? known->verdict : sql::Verdict::not_understood) {
    case sql::Verdict::safe:
      step.reversible = package.vendor == Vendor::creatio && step.change != Change::added && script.install_type ? Reversible::r2 : Reversible::r0;
      step.reason = step.reversible == Reversible::r2 ? "the previous version of the script makes its objects as they were"
                                                      : "what it makes can be taken back from its text alone";
      break;
    case sql::Verdict::with_capture:
      step.reversible = Reversible::r1;
      step.reason = "rows or definitions it changes are captured before it runs";
      break;
    case sql::Verdict::irreversible:
      step.reversible = Reversible::r3;
      step.reason = "what it does cannot be undone";
      break;
    case sql::Verdict::not_understood:
      step.reversible = Reversible::r3;
      step.reason = "not understood, so nothing can be promised about it";
      break;
  }
}

void PlanBuilder::number_steps() {
  std::string all;
  for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
    PlanStep& step = plan_.steps[i];
    const std::string number = std::to_string(i + 1);
    step.id = "S" + std::string(number.size() < 4 ? 4 - number.size() : 0, '0') + number;
    if (!input_.digest) continue;
    // Lengths before texts: no two different steps write the same line.
    std::string line;
    const auto put = [&](std::string_view text) { line += std::to_string(text.size()) + ":" + std::string(text) + ";"; };
    for (const std::string_view text : {std::string_view(step.id), to_string(step.kind), std::string_view(step.package), std::string_view(step.phase),
                                        std::string_view(step.element), std::string_view(step.action), std::string_view(step.parameters),
                                        to_string(step.transaction), to_string(step.reversible), std::string_view(step.version)}) {
      put(text);
    }
    for (const Content& content : step.contents) put(content.key), put(content.sha256);
    step.digest = input_.digest(line);
    all += step.digest;
  }
  if (input_.digest) plan_.digest = input_.digest(all);
}

void PlanBuilder::plan_undo() {
  for (auto step = plan_.steps.rbegin(); step != plan_.steps.rend(); ++step) {
    UndoStep undo;
    undo.step = step->id;
    undo.action = undo_action(*step);
    undo.package = step->package;
    undo.element = step->element;
    undo.reversible = step->reversible;
    if (step->suspends()) undo.risks.push_back("R-NBC-SCRIPT:" + (step->element_id.empty() ? step->element : step->element_id));
    if (step->reversible == Reversible::r3) undo.risks.push_back("R-R3-STEP:" + step->id);
    undo.note = undo_note(*step);
    plan_.undo.push_back(std::move(undo));
  }
}

// As rollback::plan judges, of those steps that are really taken: what the package backup keeps anyway (elements,
// bound rows, version rows) does not make a rollback worse than full.
void PlanBuilder::judge() {
  bool suspends = false, captures = false;
  std::size_t lost = 0;
  for (const PlanStep& step : plan_.steps) {
    plan_.weakest = std::max(plan_.weakest, step.reversible);
    suspends = suspends || step.suspends();
    captures = captures || (step.kind == StepKind::sql && step.reversible == Reversible::r1);
    lost += step.reversible == Reversible::r3;
  }
  using report::RollbackVerdict;
  plan_.verdict = lost > 0 ? RollbackVerdict::impossible
                  : suspends ? RollbackVerdict::suspended
                  : captures ? RollbackVerdict::with_capture
                             : RollbackVerdict::full;
  if (lost > 0) because(std::to_string(lost) + (lost == 1 ? " step cannot be undone; only a database backup helps" : " steps cannot be undone; only a database backup helps"));
  if (suspends) because("a new or changed script is not confirmed as backward compatible, so an automatic restore is suspended");
  if (captures) because("rows or definitions are captured before scripts change them");
}

ApplyPlan PlanBuilder::finish() {
  number_steps();
  plan_undo();
  judge();
  plan_.complete = true;
  return std::move(plan_);
}

}  // namespace backstay::apply
