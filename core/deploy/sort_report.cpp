#include "core/deploy/sort_report.hpp"

namespace backstay::deploy {
namespace {

std::string deadlock_message(const History& history, const KeyedHistory& keyed, const SortOutcome& outcome) {
  std::string text =
      "Deployment script order could not be determined, because circular dependencies were detected "
      "among some deployment versions.\n"
      "Successfully ordered deployment versions:\n";
  for (const std::uint32_t v : outcome.order) text += history.title(v) + "\n";
  text += "The sorting process failed with these deployment versions as the next step candidates:\n";
  for (const Candidate& candidate : candidates(history, keyed, outcome)) {
    text += "Candidate: " + candidate.package + " " + candidate.version + "\n\tDependencies:\n";
    for (const CandidateDependency& dependency : candidate.dependencies) {
      text += "\t\t" + dependency.package + " " + dependency.version + "\n";
    }
    if (candidate.dependencies.empty()) text += "\t\t\n";  // the vendor's format has the line anyway
  }
  if (!outcome.conflicts.empty()) text += "These deployment versions keep a package at its present version:\n";
  for (const Conflict& conflict : conflicts(history, outcome)) {
    text += "Blocker: " + conflict.package + " " + conflict.version + "\n\tDependencies:\n\t\t" + conflict.depends_on + "\n";
  }
  return text + "The dependency lists in the files of these deployment versions have to be corrected.\n";
}

}  // namespace

std::vector<Candidate> candidates(const History& history, const KeyedHistory& keyed, const SortOutcome& outcome) {
  if (outcome.candidates.empty()) return {};
  std::vector<std::uint32_t> unplaced(keyed.keys(), 0);
  for (std::uint32_t v = 0; v < history.versions(); ++v) ++unplaced[keyed.key_of[v]];
  for (const std::uint32_t v : outcome.order) --unplaced[keyed.key_of[v]];

  std::vector<Candidate> made;
  for (const SortCandidate& candidate : outcome.candidates) {
    Candidate shown;
    shown.package = history.label(history.package_of(candidate.version));
    shown.version = history.number(candidate.version);
    for (std::uint32_t e = history.first_entry(candidate.version); e < history.end_entry(candidate.version); ++e) {
      CandidateDependency dependency;
      dependency.package = history.label(history.entry(e).package);
      dependency.version = history.texts()[history.entry(e).text];
      // What no version has never holds anything.
      const std::uint32_t key = keyed.key_of_entry[e];
      dependency.satisfied = key == none || unplaced[key] == 0;
      shown.dependencies.push_back(std::move(dependency));
    }
    if (candidate.step != none) {
      CandidateDependency step;
      step.package = history.label(history.package_of(candidate.step));
      step.version = history.number(candidate.step);
      step.satisfied = step.is_step = true;
      shown.dependencies.push_back(std::move(step));
    }
    made.push_back(std::move(shown));
  }
  return made;
}

std::vector<Conflict> conflicts(const History& history, const SortOutcome& outcome) {
  std::vector<Conflict> made;
  for (const SortConflict& conflict : outcome.conflicts) {
    Conflict shown;
    shown.package = history.label(history.package_of(conflict.blocker));
    shown.version = history.number(conflict.blocker);
    shown.depends_on = history.title(conflict.step);
    shown.holds_package = history.label(history.package_of(conflict.holds));
    shown.holds_version = history.number(conflict.holds);
    made.push_back(std::move(shown));
  }
  return made;
}

std::string failure_message(const History& history, const KeyedHistory& keyed, const SortOutcome& outcome) {
  switch (outcome.failure) {
    case SortFailure::no_failure: return "";
    case SortFailure::deadlock: return deadlock_message(history, keyed, outcome);
    case SortFailure::no_free_version:
      return "Deployment script order could not be determined: every remaining deployment version waits for another one.\n";
    case SortFailure::self_dependency:
      return "Deployment script order could not be determined: " + history.title(outcome.self_dependency) + " depends on itself.\n";
  }
  return "";
}

}  // namespace backstay::deploy
