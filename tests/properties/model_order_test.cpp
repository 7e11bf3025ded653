// Whole models against sections 6 to 8 of the format word for word: package list, assumed entries, packages that a
// database has already, order, candidates, blockers and message.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/deploy/order.hpp"
#include "core/deploy/version_number.hpp"
#include "tests/support/literal_order.hpp"
#include "tests/support/random_history.hpp"

using namespace backstay;
using namespace backstay::deploy;
using namespace backstay::testing;

namespace {

constexpr const char* root_id = "147fa70d-6519-4393-b5d0-87931f9fd609";
constexpr const char* security_id = "951f2cda-2867-4b99-8824-071fa8749ead";

std::string id_of(std::uint32_t package) {
  if (package == 0) return root_id;
  if (package == 1) return security_id;
  return "00000000-0000-0000-0000-00000000000" + std::to_string(package);
}

// Root, Security and up to four packages; each references some of those before it, the last one all that nobody does.
PackageSet random_model(Random& random, bool with_lists) {
  PackageSet model;
  model.kind = InputKind::origam_model;
  const std::uint32_t packages = 3 + below(random, 3);
  std::vector<bool> referenced(packages, false);
  std::vector<std::vector<std::string>> numbers(packages);
  for (std::uint32_t p = 0; p < packages; ++p) {
    Package package;
    package.vendor = Vendor::origam;
    package.id = id_of(p);
    package.name = p == 0 ? "Root" : p == 1 ? "Security" : std::string(1, static_cast<char>('A' + p - 2));
    for (std::uint32_t other = 0; other < p; ++other) {
      const bool last = p + 1 == packages && !referenced[other];
      if (!last && below(random, 2) == 0) continue;
      package.dependencies.push_back({.name = {}, .id = id_of(other), .version = {}, .at = {}});
      referenced[other] = true;
    }
    // Below 5.0 for the two that ORIGAM maintains: above, a missing list is an error and not an order.
    std::uint32_t minor = 0;
    for (std::uint32_t i = 0; i <= below(random, 4); ++i) numbers[p].push_back(std::to_string(1 + below(random, 2)) + "." + std::to_string(++minor));
    std::sort(numbers[p].begin(), numbers[p].end(), [](const std::string& a, const std::string& b) { return compare_version_texts(a, b) < 0; });
    for (const std::string& number : numbers[p]) {
      DeploymentVersion version;
      version.id = version.name = package.name + number;
      version.number = number;
      const std::uint32_t entries = with_lists || below(random, 2) == 0 ? 1 + below(random, 3) : 0;
      for (std::uint32_t e = 0; e < entries && p > 0; ++e) {
        const std::uint32_t other = below(random, p + (below(random, 10) == 0));
        version.dependencies.push_back({.name = {}, .id = id_of(other), .version = " " + numbers[other][below(random, static_cast<std::uint32_t>(numbers[other].size()))], .at = {}});
      }
      version.has_list = !version.dependencies.empty();
      package.deployment_versions.push_back(std::move(version));
    }
    package.version = below(random, 4) == 0 ? "1." + std::to_string(below(random, 3)) : numbers[p].back();
    model.packages.push_back(std::move(package));
  }
  model.active_package_id = model.packages.back().id;
  return model;
}

class LiteralModel {
 public:
  LiteralModel(const PackageSet& model, const std::vector<InstalledPackage>& stored) : model_(model), stored_(stored) {}

  History history() {
    visit(model_.packages.size() - 1, list_);
    History made;
    for (const std::size_t p : list_) {
      const Package& package = model_.packages[p];
      const bool left_out = compare_version_texts(stored(package.id), package.version.value_or("")) >= 0;
      for (const DeploymentVersion& version : package.deployment_versions) {
        if (left_out) continue;
        made.add_version(made.package(package.id, package.name), made.text(version.number));
        for (const auto& [id, number] : entries(p, version)) made.add_entry(made.package(id), made.text(number));
      }
    }
    return made;
  }

 private:
  std::size_t index(const std::string& id) const {
    std::size_t i = 0;
    while (model_.packages[i].id != id) ++i;
    return i;
  }
  void visit(std::size_t p, std::vector<std::size_t>& list) const {
    for (const Dependency& reference : model_.packages[p].dependencies) visit(index(reference.id), list);
    if (std::find(list.begin(), list.end(), p) == list.end()) list.push_back(p);
  }
  std::string stored(const std::string& id) const {
    for (const InstalledPackage& package : stored_) {
      if (package.id == id) return package.version.value_or("");
    }
    return "";
  }
  std::vector<std::pair<std::string, std::string>> entries(std::size_t p, const DeploymentVersion& version) const {
    std::vector<std::pair<std::string, std::string>> made;
    for (const Dependency& dependency : version.dependencies) made.push_back({dependency.id, *dependency.version});
    std::vector<std::size_t> references;
    visit(p, references);
    if (!made.empty() || references.size() == 1) return made;
    for (const std::size_t other : references) {
      const Package& package = model_.packages[other];
      if (other == p) continue;
      std::string number = package.version.value_or("0.0");
      if (other < 2) {
        for (const DeploymentVersion& candidate : package.deployment_versions) {
          if (compare_version_texts(candidate.number, "5.0") < 0) number = candidate.number;
        }
      }
      made.push_back({package.id, number});
    }
    std::string before;
    for (const DeploymentVersion& own : model_.packages[p].deployment_versions) {
      if (compare_version_texts(own.number, version.number) < 0) before = own.number;
    }
    if (!before.empty()) made.push_back({model_.packages[p].id, before});
    return made;
  }

  const PackageSet& model_;
  const std::vector<InstalledPackage>& stored_;
  std::vector<std::size_t> list_;
};

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

// Name of a package as the message shows it: its id when no version of it takes part.
std::string label(const History& history, std::uint32_t package) {
  for (std::uint32_t v = 0; v < history.versions(); ++v) {
    if (history.package_of(v) == package) return history.package_at(package).name;
  }
  return history.package_at(package).id;
}

// Part 3 and 4 of the message, from the literal outcome.
std::string literal_message(const History& history, const LiteralOutcome& outcome) {
  const auto title = [&](std::uint32_t v) { return label(history, history.package_of(v)) + " " + history.number(v); };
  std::vector<std::string> lines;
  for (const std::uint32_t candidate : outcome.candidates) {
    lines.push_back("Candidate: " + title(candidate));
    lines.push_back("\tDependencies:");
    const std::size_t before = lines.size();
    for (std::uint32_t e = history.first_entry(candidate); e < history.end_entry(candidate); ++e) {
      lines.push_back("\t\t" + label(history, history.entry(e).package) + " " + history.texts()[history.entry(e).text]);
    }
    for (auto v = outcome.order.rbegin(); v != outcome.order.rend(); ++v) {
      if (history.package_of(*v) != history.package_of(candidate)) continue;
      lines.push_back("\t\t" + title(*v));
      break;
    }
    if (lines.size() == before) lines.push_back("\t\t");
  }
  for (const LiteralConflict& conflict : outcome.conflicts) {
    lines.push_back("Blocker: " + title(conflict.blocker));
    lines.push_back("\tDependencies:");
    for (auto v = outcome.order.rbegin(); v != outcome.order.rend(); ++v) {
      if (history.package_of(*v) != history.package_of(conflict.holds)) continue;
      lines.push_back("\t\t" + title(*v));
      break;
    }
  }
  return joined(lines);
}

// The lines of ours that name versions.
std::string structure_of(const std::string& message) {
  std::vector<std::string> lines;
  for (std::size_t start = 0; start < message.size();) {
    const std::size_t end = message.find('\n', start);
    const std::string line = message.substr(start, end - start);
    if (line.starts_with("Candidate: ") || line.starts_with("Blocker: ") || line.starts_with("\t")) lines.push_back(line);
    start = end + 1;
  }
  return joined(lines);
}

}  // namespace

TEST_CASE("order: whole models for every stored state agree with the format word for word") {
  Random random(31337);
  std::size_t orderable = 0, deadlocks = 0, left_out = 0;
  for (int i = 0; i < 6'000; ++i) {
    const PackageSet model = random_model(random, i % 3 == 0);
    std::vector<InstalledPackage> stored;
    for (const Package& package : model.packages) {
      if (below(random, 3) != 0) continue;
      InstalledPackage there;
      there.id = package.id;
      there.version = package.deployment_versions[below(random, static_cast<std::uint32_t>(package.deployment_versions.size()))].number;
      left_out += compare_version_texts(*there.version, package.version.value_or("")) >= 0;
      stored.push_back(std::move(there));
    }
    const History history = LiteralModel(model, stored).history();
    const LiteralOutcome expected = LiteralOrder(history).run();
    const OrderResult result = order_origam(model, stored);
    std::vector<std::string> ours, theirs;
    for (const OrderStep& step : result.order.steps) ours.push_back(step.package + " " + *step.version);
    for (const std::uint32_t v : expected.order) theirs.push_back(history.title(v));
    REQUIRE(joined(ours) == joined(theirs));
    REQUIRE(result.order.error == expected.error);
    if (expected.error == "deadlock") REQUIRE(structure_of(result.order.message) == literal_message(history, expected));
    (expected.error.empty() ? orderable : deadlocks) += 1;
  }
  CHECK(orderable > 1000);
  CHECK(deadlocks > 1000);
  CHECK(left_out > 1000);
}

TEST_CASE("order: what a database has decides about the order only where a finding says so") {
  Random random(4242);
  std::size_t told = 0, silent = 0;
  for (int i = 0; i < 400; ++i) {
    const PackageSet model = random_model(random, i % 2 == 0);
    const OrderResult empty = order_origam(model, {});
    const bool ok = empty.order.status != OrderStatus::deadlock;
    // Every set of packages up to date.
    std::size_t others = 0, fewest = model.packages.size() + 1;
    for (std::uint32_t mask = 1; mask < (1u << model.packages.size()); ++mask) {
      std::vector<InstalledPackage> stored;
      for (std::uint32_t p = 0; p < model.packages.size(); ++p) {
        if (!(mask >> p & 1)) continue;
        InstalledPackage there;
        there.id = model.packages[p].id;
        there.version = model.packages[p].version;
        stored.push_back(std::move(there));
      }
      if (stored.size() == model.packages.size()) continue;  // nothing left to order
      const bool ok_there = LiteralOrder(LiteralModel(model, stored).history()).run().error.empty();
      if (ok_there == ok) continue;
      ++others;
      fewest = std::min(fewest, stored.size());
    }
    const bool says = std::any_of(empty.findings.begin(), empty.findings.end(), [](const Finding& finding) { return finding.rule == "order/deadlock-for-some-states"; });
    if (!ok && fewest <= 2) REQUIRE(says);   // one or two packages up to date help
    if (says) REQUIRE(others > 0);
    (says ? told : silent) += 1;
  }
  CHECK(told > 50);
  CHECK(silent > 50);
}
