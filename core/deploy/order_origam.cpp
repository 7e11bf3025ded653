#include <algorithm>
#include <optional>

#include "core/deploy/explain.hpp"
#include "core/deploy/lanes.hpp"
#include "core/deploy/order.hpp"
#include "core/deploy/origam_history.hpp"
#include "core/deploy/origam_lint.hpp"
#include "core/deploy/origam_states.hpp"
#include "core/deploy/repair.hpp"
#include "core/deploy/sort_report.hpp"
#include "core/deploy/sorter.hpp"
#include "core/deploy/version_number.hpp"
#include "core/deploy/wait_graph.hpp"
#include "core/package/origam/package_list.hpp"

namespace backstay::deploy {
namespace {

OrderStep step_of(const PackageSet& model, const ModelVersion& at) {
  const Package& package = model.packages[at.package];
  return {package.name, package.id, package.deployment_versions[at.version].number};
}

// What one deployment would sort, and what came out.
struct Sorted {
  OrigamHistory input;
  KeyedHistory keyed;
  SortOutcome outcome;
};

Sorted sort_for(const PackageSet& model, const std::vector<std::size_t>& active, const std::vector<InstalledPackage>& stored) {
  Sorted sorted;
  sorted.input = origam_history(model, active, stored);
  sorted.keyed = key_history(sorted.input.history);
  sorted.outcome = sort_history(sorted.input.history, sorted.keyed);
  return sorted;
}

Finding failure_finding(const PackageSet& model, const Sorted& sorted, std::size_t active) {
  const SortOutcome& outcome = sorted.outcome;
  Finding finding;
  finding.rule = "order/deadlock";
  if (outcome.failure == SortFailure::self_dependency) finding.rule = "order/self-dependency";
  if (outcome.failure == SortFailure::no_free_version) finding.rule = "order/no-free-version";
  finding.severity = Severity::error;
  finding.package = model.packages[active].name;
  const std::string after = std::to_string(outcome.order.size()) + " of " + std::to_string(sorted.input.history.versions()) + " versions";
  std::uint32_t place = outcome.self_dependency;
  if (outcome.failure == SortFailure::deadlock) {
    place = outcome.candidates.front().version;
    std::string names;
    for (const SortCandidate& candidate : outcome.candidates) {
      names += (names.empty() ? "" : ", ") + sorted.input.history.title(candidate.version);
    }
    finding.message = "no deployment order for " + finding.package + ": after " + after + " nothing can run next; waiting: " + names;
  } else if (outcome.failure == SortFailure::self_dependency) {
    finding.message = "no deployment order for " + finding.package + ": " + sorted.input.history.title(place) + " depends on itself";
  } else {
    finding.message = "no deployment order for " + finding.package + ": after " + after + " every remaining one waits for another";
    std::vector<bool> placed(sorted.input.history.versions(), false);
    for (const std::uint32_t v : outcome.order) placed[v] = true;
    place = 0;
    while (placed[place]) ++place;
  }
  const ModelVersion& at = sorted.input.source[place];
  finding.at = model.packages[at.package].deployment_versions[at.version].at;
  finding.remedy = "correct the dependency lists of the versions that wait for each other";
  return finding;
}

std::string bare(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return std::string(text);
}

RepairEdit repair_edit(const PackageSet& model, const Sorted& sorted, const Edit& edit) {
  const History& history = sorted.input.history;
  const ModelVersion& at = sorted.input.source[edit.version];
  const DeploymentVersion& version = model.packages[at.package].deployment_versions[at.version];
  RepairEdit shown;
  shown.file = version.file;
  shown.package = history.label(history.package_of(edit.version));
  shown.version = history.number(edit.version);
  shown.version_id = version.id;
  shown.dependency = history.label(edit.package);
  shown.dependency_id = history.package_at(edit.package).id;
  shown.from = bare(history.texts()[edit.from]);
  if (edit.to != none) {
    shown.to = history.texts()[edit.to];
    std::erase_if(shown.to, [](char c) { return static_cast<unsigned char>(c) <= ' '; });
  }
  for (std::size_t i = 0; i < version.dependencies.size(); ++i) {
    const Dependency& entry = version.dependencies[i];
    const std::string number = entry.version.value_or("");
    if (entry.id == shown.dependency_id && compare_version_texts(number, shown.from) == 0) shown.lines.push_back({i, bare(number)});
  }
  return shown;
}

std::string title_of(const RepairEdit& shown, const Edit& edit) {
  const std::string who = "in " + shown.package + " " + shown.version + ": " + shown.dependency + " " + shown.from;
  if (edit.to == none) return who + " taken out";
  if (edit.raises) return who + " raised to " + shown.to;
  return who + " lowered to " + shown.to + ", which gives up that it runs after " + shown.from;
}

// Real models have up to seven packages that nobody references; each is looked at in many states.
constexpr std::size_t max_tops_with_states = 16;

// Orders that result are listed as long as they stay short altogether.
constexpr std::size_t max_listed_steps = 20'000;

Repair repair_of(const PackageSet& model, const Sorted& sorted, const Proposal& proposal, std::size_t& listed) {
  Repair repair;
  for (const Edit& edit : proposal.edits) {
    repair.edits.push_back(repair_edit(model, sorted, edit));
    repair.title += (repair.title.empty() ? "" : "; ") + title_of(repair.edits.back(), edit);
  }
  listed += proposal.order.size();
  if (listed > max_listed_steps) return repair;
  for (const std::uint32_t v : proposal.order) repair.order.push_back(sorted.input.history.title(v));
  return repair;
}

// One wait with its place. What a version without a list is taken to name stands nowhere.
Wait wait_of(const PackageSet& model, const Sorted& sorted, const WaitStep& step) {
  const History& history = sorted.input.history;
  Wait wait;
  wait.package = history.label(history.package_of(step.waiter));
  wait.version = bare(history.number(step.waiter));
  wait.waits_for = history.label(history.package_of(step.awaited));
  wait.waits_for_version = bare(history.number(step.awaited));
  wait.kind = step.kind;
  if (step.entry == none) return wait;
  const std::uint32_t owner = step.kind == WaitKind::names ? step.waiter : step.awaited;
  const ModelVersion& at = sorted.input.source[owner];
  const std::vector<Dependency>& written = model.packages[at.package].deployment_versions[at.version].dependencies;
  const std::size_t index = step.entry - history.first_entry(owner);
  if (index < written.size()) wait.at = written[index].at;
  wait.stated = step.kind == WaitKind::names && index < written.size();
  const History::Entry& entry = history.entry(step.entry);
  wait.step = history.label(entry.package) + " " + bare(history.texts()[entry.text]);
  return wait;
}

// The shortest circle of waits, and the edits that open it.
void explain(const PackageSet& model, const Sorted& sorted, const std::vector<std::uint32_t>& circle, Order& order) {
  const History& history = sorted.input.history;
  if (!circle.empty()) {
    order.cycles.emplace_back();
    for (const std::uint32_t v : circle) order.cycles.back().push_back(history.title(v));
    order.explanation.emplace_back();
    for (const WaitStep& wait : waits_of(history, sorted.keyed, circle)) order.explanation.back().push_back(wait_of(model, sorted, wait));
  }
  std::vector<std::uint32_t> editable;
  std::vector<bool> keeps_one;
  for (const ModelVersion& at : sorted.input.source) {
    const Package& package = model.packages[at.package];
    editable.push_back(static_cast<std::uint32_t>(package.deployment_versions[at.version].dependencies.size()));
    keeps_one.push_back(!package.dependencies.empty());
  }
  std::size_t listed = 0;
  for (const Proposal& proposal : proposals(history, sorted.keyed, editable, keeps_one)) {
    order.repairs.push_back(repair_of(model, sorted, proposal, listed));
  }
}

void fill_order(const PackageSet& model, const Sorted& sorted, Order& order) {
  for (const std::uint32_t v : sorted.outcome.order) order.steps.push_back(step_of(model, sorted.input.source[v]));
  order.error = to_string(sorted.outcome.failure);
  order.status = sorted.outcome.ok() ? OrderStatus::ok : OrderStatus::deadlock;
  order.candidates = candidates(sorted.input.history, sorted.keyed, sorted.outcome);
  order.conflicts = conflicts(sorted.input.history, sorted.outcome);
  order.message = failure_message(sorted.input.history, sorted.keyed, sorted.outcome);
  std::vector<std::uint32_t> circle;
  if (!sorted.outcome.ok()) circle = wait_circle(sorted.input.history, sorted.keyed);
  if (!sorted.outcome.ok()) explain(model, sorted, circle, order);
  order.layout = lay_out(sorted.input.history, sorted.keyed, sorted.outcome, circle);
}

Finding apart_finding(const PackageSet& model, const std::vector<std::size_t>& active) {
  Finding finding;
  finding.rule = "order/not-together";
  finding.severity = Severity::warning;
  std::string names;
  for (const std::size_t package : active) names += (names.empty() ? "" : ", ") + model.packages[package].name;
  finding.message = "each of " + names + " has a deployment order, but not all of them in one database; the order shown is that of " +
                    model.packages[active.front()].name;
  return finding;
}

// The active package, or all that nobody references when the set names none.
std::vector<std::size_t> active_packages(const PackageSet& model) {
  for (std::size_t i = 0; i < model.packages.size(); ++i) {
    if (model.packages[i].id == model.active_package_id) return {i};
  }
  return origam::top_packages(model.packages);
}

}  // namespace

OrderResult order_origam(const PackageSet& model, const std::vector<InstalledPackage>& stored) {
  OrderResult result;
  const std::vector<std::size_t> active = active_packages(model);
  if (active.empty()) return result;
  // ORIGAM deploys one active package. With several, each has to be orderable by itself; all of them
  // together give one order that keeps every one of theirs, unless they rule each other out.
  Sorted together = sort_for(model, active, stored);
  result.findings = std::move(together.input.findings);
  lint_origam(model, result.findings);
  std::optional<Sorted> alone;
  std::size_t with_states = 0;
  if (active.size() > 1) {
    for (const std::size_t package : active) {
      Sorted one = sort_for(model, {package}, stored);
      if (++with_states <= max_tops_with_states) check_states(model, {package}, stored, one.outcome.ok(), result.findings);
      if (one.outcome.ok() && alone) continue;
      if (!one.outcome.ok()) result.findings.push_back(failure_finding(model, one, package));
      if (!alone || alone->outcome.ok()) alone = std::move(one);
    }
    if (alone->outcome.ok() && !together.outcome.ok()) result.findings.push_back(apart_finding(model, active));
  } else if (!together.outcome.ok()) {
    result.findings.push_back(failure_finding(model, together, active.front()));
  }
  if (active.size() == 1) check_states(model, active, stored, together.outcome.ok(), result.findings);
  fill_order(model, alone && !(alone->outcome.ok() && together.outcome.ok()) ? *alone : together, result.order);
  return result;
}

}  // namespace backstay::deploy
