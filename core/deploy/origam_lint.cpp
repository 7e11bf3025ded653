#include "core/deploy/origam_lint.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "core/base/ascii.hpp"
#include "core/deploy/version_number.hpp"
#include "core/package/origam/package_list.hpp"

namespace backstay::deploy {
namespace {

class Lint {
 public:
  Lint(const PackageSet& model, Findings& findings) : model_(model), findings_(findings) {}

  void run() {
    prepare();
    for (std::size_t i = 0; i < model_.packages.size(); ++i) {
      check_numbers(i);
      check_lists(i);
      for (const DeploymentVersion& version : model_.packages[i].deployment_versions) check_entries(i, version);
    }
  }

 private:
  void prepare();
  void check_numbers(std::size_t index);
  void check_lists(std::size_t index);
  void check_entries(std::size_t index, const DeploymentVersion& version);
  void check_own_entry(std::size_t index, const DeploymentVersion& version, const Dependency& entry, const VersionParts& named);
  void check_named_package(std::size_t index, const DeploymentVersion& version, const Dependency& entry, const VersionParts& named);
  Finding& add(const char* rule, Severity severity, const Package& package, const SourcePos& at, std::string message);
  bool references(std::size_t index, std::size_t other) const { return referenced_[index].count(other) > 0; }

  const PackageSet& model_;
  Findings& findings_;
  std::unordered_map<std::string_view, std::size_t> by_id_;
  std::vector<std::vector<VersionParts>> numbers_;      // per package: of its versions, ascending
  std::vector<VersionParts> current_;                   // per package: its current version
  std::vector<bool> current_known_;                     // false when that is no number, which is told elsewhere
  std::vector<std::unordered_set<std::size_t>> referenced_;  // per package: its transitive references
  std::vector<std::set<VersionParts>> named_;           // per package: numbers that some entry names
  std::unordered_set<std::string_view> broken_lists_;   // files with lines that could not be read
};

Finding& Lint::add(const char* rule, Severity severity, const Package& package, const SourcePos& at, std::string message) {
  Finding finding;
  finding.rule = rule;
  finding.severity = severity;
  finding.package = package.name;
  finding.at = at;
  finding.message = std::move(message);
  findings_.push_back(std::move(finding));
  return findings_.back();
}

void Lint::prepare() {
  const auto& packages = model_.packages;
  for (std::size_t i = 0; i < packages.size(); ++i) by_id_.try_emplace(packages[i].id, i);
  numbers_.resize(packages.size());
  current_.resize(packages.size());
  referenced_.resize(packages.size());
  named_.resize(packages.size());
  for (std::size_t i = 0; i < packages.size(); ++i) {
    current_known_.push_back(parse_version_number(packages[i].version.value_or(""), current_[i]) || packages[i].version.value_or("").empty());
    for (const std::size_t other : origam::package_list(packages, i)) referenced_[i].insert(other);
    for (const DeploymentVersion& version : packages[i].deployment_versions) {
      numbers_[i].emplace_back();
      parse_version_number(version.number, numbers_[i].back());
      for (const Dependency& entry : version.dependencies) {
        const auto named = by_id_.find(entry.id);
        VersionParts number;
        if (named != by_id_.end() && parse_version_number(entry.version.value_or(""), number)) named_[named->second].insert(std::move(number));
      }
    }
  }
  for (const Finding& finding : model_.findings) {
    if (finding.rule == "package/malformed-dependency") broken_lists_.insert(finding.at.file);
  }
}

void Lint::check_numbers(std::size_t index) {
  const Package& package = model_.packages[index];
  const auto& numbers = numbers_[index];
  bool current_exists = false;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const DeploymentVersion& version = package.deployment_versions[i];
    current_exists = current_exists || compare_versions(numbers[i], current_[index]) == 0;
    if (i > 0 && numbers[i] == numbers[i - 1] && version.number_readable) {
      const bool matters = named_[index].count(numbers[i]) > 0 || numbers[i] == current_[index];
      add("order/equal-numbers", matters ? Severity::error : Severity::warning, package, version.at,
          package.name + " has version " + version.number + " twice: \"" + package.deployment_versions[i - 1].name + "\" and \"" + version.name + "\"")
          .remedy = "give one of them another number; a dependency edit does not help";
    }
    if (current_known_[index] && compare_versions(numbers[i], current_[index]) > 0) {
      add("order/version-above-current", Severity::warning, package, version.at,
          package.name + " " + version.number + " is above the current version " + package.version.value_or("0.0") +
              ": it runs now and again when that is raised")
          .remedy = "raise the package's version, or take the deployment version out";
    }
  }
  if (!current_exists && package.version && current_known_[index]) {
    add("order/current-without-version", Severity::info, package, package.at,
        "the current version " + *package.version + " of " + package.name + " has no deployment version");
  }
}

// Versions that recorded nothing although their package references others.
void Lint::check_lists(std::size_t index) {
  const Package& package = model_.packages[index];
  if (referenced_[index].size() < 2) return;
  std::string names;
  std::size_t count = 0;
  const DeploymentVersion* first = nullptr;
  for (const DeploymentVersion& version : package.deployment_versions) {
    if (!version.dependencies.empty() || broken_lists_.count(version.file) > 0) continue;
    if (version.has_list) {
      add("order/blank-list", Severity::error, package, version.at,
          package.name + " " + version.number + " has a dependency list of blank lines only, at which ORIGAM gives up")
          .remedy = "take the attribute out, or record the versions it was written against";
      continue;
    }
    if (!first) first = &version;
    if (++count <= 8) names += (count == 1 ? "" : ", ") + version.number;
  }
  if (count > 8) names += " and " + std::to_string(count - 8) + " more";
  if (first) {
    add("order/no-list-defaults", Severity::info, package, first->at,
        "versions of " + package.name + " without a dependency list, for which ORIGAM assumes one: " + names);
  }
}

void Lint::check_own_entry(std::size_t index, const DeploymentVersion& version, const Dependency& entry, const VersionParts& named) {
  VersionParts own;
  parse_version_number(version.number, own);
  const auto& numbers = numbers_[index];
  const auto at = std::lower_bound(numbers.begin(), numbers.end(), own, [](const VersionParts& a, const VersionParts& b) { return compare_versions(a, b) < 0; });
  if (at != numbers.begin() && at[-1] == named) return;
  const Package& package = model_.packages[index];
  add("order/own-entry", Severity::warning, package, entry.at,
      package.name + " " + version.number + " names its own package at " + std::string(trimmed(*entry.version)) +
          ", which is not the version before it; ORIGAM then lets it run without waiting for that one")
      .remedy = "take the entry out: the version before it is waited for anyway";
}

void Lint::check_named_package(std::size_t index, const DeploymentVersion& version, const Dependency& entry, const VersionParts& named) {
  const Package& package = model_.packages[index];
  const std::string number(trimmed(*entry.version));
  const std::string who = package.name + " " + version.number + " names ";
  const auto found = by_id_.find(entry.id);
  if (found == by_id_.end()) {
    add("order/absent-package", Severity::warning, package, entry.at, who + "package " + entry.id + ", which is not in the model; ORIGAM ignores it");
    return;
  }
  const Package& other = model_.packages[found->second];
  if (!references(index, found->second)) {
    add("order/absent-package", Severity::warning, package, entry.at, who + other.name + " " + number + ", a package that " + package.name + " does not reference");
    return;
  }
  const auto& numbers = numbers_[found->second];
  const auto at = std::upper_bound(numbers.begin(), numbers.end(), named, [](const VersionParts& a, const VersionParts& b) { return compare_versions(a, b) < 0; });
  if (at == numbers.begin() || at[-1] != named) {
    Finding& finding = add("order/absent-version", Severity::warning, package, entry.at, who + other.name + " " + number + ", a version that does not exist; ORIGAM ignores it");
    if (at != numbers.begin()) {
      finding.remedy = "the highest version not above it is " + other.deployment_versions[static_cast<std::size_t>(at - numbers.begin()) - 1].number;
    }
  }
  if (current_known_[found->second] && compare_versions(named, current_[found->second]) > 0) {
    add("order/entry-above-current", Severity::warning, package, entry.at, who + other.name + " " + number + ", but the current version of that is " + other.version.value_or("0.0"));
  }
}

void Lint::check_entries(std::size_t index, const DeploymentVersion& version) {
  for (const Dependency& entry : version.dependencies) {
    VersionParts named;
    if (!entry.version || !parse_version_number(*entry.version, named)) continue;
    if (entry.id == model_.packages[index].id) {
      check_own_entry(index, version, entry, named);
    } else {
      check_named_package(index, version, entry, named);
    }
  }
}

}  // namespace

void lint_origam(const PackageSet& model, Findings& findings) { Lint(model, findings).run(); }

}  // namespace backstay::deploy
