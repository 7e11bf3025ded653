#include "core/rollback/plan.hpp"

#include <algorithm>
#include <map>

#include "core/base/sorting.hpp"

namespace backstay::rollback {
namespace {

using report::Rollback;
using report::RollbackStep;
using report::RollbackVerdict;
using report::ScriptEntry;

constexpr std::size_t named_scripts = 3;  // a reason names this many scripts and counts the rest

bool is_unchanged(const ScriptEntry& script) { return script.change == report::Change::unchanged; }

bool runs_at_install(const ScriptEntry& script) {
  return script.install_type != InstallType::uninstall_app && !is_unchanged(script);
}

bool is_creatio(const ScriptEntry& script) { return script.install_type.has_value(); }

class Reason {
 public:
  explicit Reason(std::string text) : text_(std::move(text)) {}
  void add(const ScriptEntry& script) {
    ++count_;
    if (count_ > named_scripts) return;
    if (!names_.empty()) names_ += ", ";
    names_ += script.name.empty() ? script.file : script.name;
  }
  bool any() const { return count_ > 0; }
  void append_to(std::vector<std::string>& reasons) const {
    if (count_ == 0) return;
    std::string line = text_ + ": " + names_;
    if (count_ > named_scripts) line += " and " + std::to_string(count_ - named_scripts) + " more";
    reasons.push_back(std::move(line));
  }

 private:
  std::string text_, names_;
  std::size_t count_ = 0;
};

RollbackStep undo_script(const ScriptEntry& script) {
  RollbackStep step{.action = {}, .package = script.package, .element = script.name, .note = {}};
  switch (script.verdict) {
    case sql::Verdict::safe:
      if (script.change == report::Change::added && is_creatio(script)) {
        step.action = "leave-new-script";
        step.note = "the previous version has no such script; what it made stays and does no harm";
        break;
      }
      step.action = is_creatio(script) ? "re-run-previous-script" : "reverse-script";
      break;
    case sql::Verdict::with_capture:
      step.action = "reverse-script";
      step.note = "only with the rows or definitions captured before it ran";
      break;
    case sql::Verdict::irreversible:
      step.action = "none";
      step.note = "cannot be undone; only a database backup helps";
      break;
    case sql::Verdict::not_understood:
      step.action = "none";
      step.note = "not understood, so nothing can be promised about it";
      break;
  }
  return step;
}

// Names of packages in the order they are installed; those without a place keep the input's order.
std::vector<const Package*> install_order(const PlanInput& input) {
  std::map<std::string, std::size_t, std::less<>> last_step;
  for (std::size_t i = 0; i < input.order.steps.size(); ++i) last_step[input.order.steps[i].package] = i;
  std::vector<const Package*> packages;
  for (const Package& package : input.packages) packages.push_back(&package);
  const auto place = [&](const Package* package) {
    const auto found = last_step.find(package->name);
    return found == last_step.end() ? input.order.steps.size() : found->second;
  };
  sort_stably(packages.begin(), packages.end(), [&](const Package* a, const Package* b) { return place(a) < place(b); });
  return packages;
}

RollbackStep undo_package(const PlanInput& input, const Package& package) {
  RollbackStep step{.action = "restore-package", .package = package.name, .element = {}, .note = {}};
  if (input.installed.empty()) {
    step.note = "from the package backup, or removed when the install added it";
    return step;
  }
  const bool known = std::any_of(input.installed.begin(), input.installed.end(), [&](const deploy::InstalledPackage& installed) {
    return (!package.id.empty() && installed.id == package.id) || installed.name == package.name;
  });
  step.action = known ? "restore-package" : "remove-package";
  step.note = known ? "previous version from the package backup" : "the target does not have it yet";
  return step;
}

// Phases run 0 < 1 < 2, so they are undone 2, 1, 0; within a phase the later script goes first.
std::vector<RollbackStep> undo_steps(const PlanInput& input) {
  std::map<std::string, std::vector<const ScriptEntry*>, std::less<>> by_package;
  for (const ScriptEntry& script : input.scripts) {
    if (runs_at_install(script)) by_package[script.package].push_back(&script);
  }
  std::vector<RollbackStep> steps;
  const std::vector<const Package*> packages = install_order(input);
  for (auto it = packages.rbegin(); it != packages.rend(); ++it) {
    std::vector<const ScriptEntry*>& scripts = by_package[(*it)->name];
    sort_stably(scripts.begin(), scripts.end(), [](const ScriptEntry* a, const ScriptEntry* b) {
      return a->install_type < b->install_type;
    });
    for (auto script = scripts.rbegin(); script != scripts.rend(); ++script) steps.push_back(undo_script(**script));
    scripts.clear();
    if ((*it)->vendor == Vendor::creatio) steps.push_back(undo_package(input, **it));
  }
  // Bare scripts belong to no package.
  for (const auto& [package, scripts] : by_package) {
    for (auto script = scripts.rbegin(); script != scripts.rend(); ++script) steps.push_back(undo_script(**script));
  }
  return steps;
}

}  // namespace

Rollback plan(const PlanInput& input) {
  Rollback rollback;
  if (input.packages.empty() && input.scripts.empty() && !input.has_promotion) return rollback;

  Reason opaque("not understood, so a rollback cannot be promised");
  Reason irreversible("what these scripts do cannot be undone; only a database backup helps");
  Reason unconfirmed("not confirmed as backward compatible, so the platform suspends its rollback");
  Reason captured("undone only when rows or definitions are captured before they run");
  for (const ScriptEntry& script : input.scripts) {
    if (is_creatio(script) && !is_unchanged(script) && script.backward_compatible != true) unconfirmed.add(script);
    if (!runs_at_install(script)) continue;
    if (script.verdict == sql::Verdict::not_understood) opaque.add(script);
    if (script.verdict == sql::Verdict::irreversible) irreversible.add(script);
    if (script.verdict == sql::Verdict::with_capture) captured.add(script);
  }

  if (opaque.any() || irreversible.any()) {
    rollback.verdict = RollbackVerdict::impossible;
  } else if (unconfirmed.any()) {
    rollback.verdict = RollbackVerdict::suspended;
  } else if (captured.any()) {
    rollback.verdict = RollbackVerdict::with_capture;
  } else {
    rollback.verdict = RollbackVerdict::full;
  }
  for (const Reason* reason : {&irreversible, &opaque, &unconfirmed, &captured}) reason->append_to(rollback.reasons);
  if (input.has_promotion) {
    rollback.reasons.push_back(
        "the account backup taken at the start of the promotion restores structure and records; "
        "records entered after it are lost");
    rollback.steps.push_back({.action = "restore-account-backup", .package = {}, .element = {}, .note = "as a whole, within seven days"});
  }
  for (RollbackStep& step : undo_steps(input)) rollback.steps.push_back(std::move(step));
  return rollback;
}

}  // namespace backstay::rollback
