#include <doctest/doctest.h>

#include <string>

#include "core/deploy/order.hpp"
#include "core/deploy/origam_stored.hpp"
#include "core/package/origam/model.hpp"
#include "core/package/origam/package_list.hpp"
#include "core/preflight.hpp"
#include "tests/support/test_input.hpp"

using namespace backstay;
using namespace backstay::deploy;

namespace {

constexpr const char* root_id = "147fa70d-6519-4393-b5d0-87931f9fd609";
constexpr const char* security_id = "951f2cda-2867-4b99-8824-071fa8749ead";

Package package(const std::string& name, const std::string& id, const std::string& version, std::vector<std::string> references = {}) {
  Package made;
  made.vendor = Vendor::origam;
  made.name = name;
  made.id = id;
  made.version = version;
  for (const std::string& reference : references) {
    made.dependencies.emplace_back();
    made.dependencies.back().id = reference;
  }
  return made;
}

void add(Package& to, const std::string& number, std::vector<std::pair<std::string, std::string>> entries = {}) {
  DeploymentVersion version;
  version.name = version.number = number;
  version.has_list = !entries.empty();
  for (const auto& [id, entry] : entries) {
    Dependency dependency;
    dependency.id = id;
    dependency.version = entry;
    version.dependencies.push_back(dependency);
  }
  to.deployment_versions.push_back(version);
}

std::string steps(const Order& order) {
  std::string out = order.error.empty() ? "" : order.error + ": ";
  for (const OrderStep& step : order.steps) out += (out.empty() || out.back() == ' ' ? "" : ", ") + step.package + " " + *step.version;
  return out;
}

std::string rules(const OrderResult& result) {
  std::string out;
  for (const Finding& finding : result.findings) {
    out += (out.empty() ? "" : "; ") + std::string(finding.severity == Severity::error ? "E " : finding.severity == Severity::warning ? "W " : "I ") + finding.rule;
  }
  return out;
}

}  // namespace

TEST_CASE("origam order: versions without a list get the vendor's defaults") {
  PackageSet model;
  model.packages = {package("Root", root_id, "5.1"), package("Lib", "l", "2.0", {root_id}), package("A", "a", "1.1", {"l"})};
  model.active_package_id = "a";
  add(model.packages[0], "4.0");
  add(model.packages[0], "4.9");
  add(model.packages[0], "5.1");
  add(model.packages[1], "1.0");
  add(model.packages[1], "2.0");
  add(model.packages[2], "1.0");
  add(model.packages[2], "1.1");
  // Root at the highest below 5.0, others at their current version, and the predecessor as an entry.
  CHECK(steps(order_origam(model, {}).order) == "Root 4.0, Root 4.9, Lib 1.0, Lib 2.0, A 1.0, A 1.1, Root 5.1");
  // The current version need not exist; then nothing is held for it, and A follows Root 4.9 in list order.
  model.packages[1].version = "3.0";
  CHECK(steps(order_origam(model, {}).order) == "Root 4.0, Root 4.9, Lib 1.0, Lib 2.0, A 1.0, A 1.1, Root 5.1");
}

TEST_CASE("origam order: what a database has is left out whole") {
  PackageSet model;
  model.packages = {package("Root", root_id, "5.1.9"), package("Security", security_id, "5.3.2", {root_id}), package("A", "a", "1.0", {root_id, security_id})};
  model.active_package_id = "a";
  add(model.packages[0], "5.1.8");
  add(model.packages[0], "5.1.9");
  add(model.packages[1], "5.3.1", {{root_id, " 5.1.8"}});
  add(model.packages[1], "5.3.2", {{root_id, " 5.1.8"}});
  add(model.packages[2], "1.0", {{root_id, " 5.1.9"}, {security_id, " 5.3.1"}});
  const OrderResult empty = order_origam(model, {});
  CHECK(steps(empty.order) == "deadlock: Root 5.1.8, Security 5.3.1");
  CHECK(empty.order.status == OrderStatus::deadlock);
  CHECK(rules(empty) == "E order/deadlock; W order/deadlock-for-some-states");
  CHECK(empty.findings.back().message == "there is no deployment order for an empty database, but there is one where Root stands at 5.1.9; or where "
                                         "Security stands at 5.3.2; or where A stands at 1.0");
  const OrderResult root_done = order_origam(model, {{root_id, "", "5.1.9"}});
  CHECK(rules(root_done) == "W order/deadlock-for-some-states");
  CHECK(root_done.findings.back().message == "there is a deployment order for a database where Root stands at 5.1.9, but none for an empty database");
  CHECK(steps(order_origam(model, {{root_id, "", "5.1.9"}}).order) == "Security 5.3.1, A 1.0, Security 5.3.2");
  CHECK(steps(order_origam(model, {{"", "Root", "6"}, {security_id, "Security", "5.3.2.0"}}).order) == "A 1.0");
  CHECK(steps(order_origam(model, {{"", "A", "1.0"}}).order) == "Root 5.1.8, Security 5.3.1, Security 5.3.2, Root 5.1.9");
  CHECK(steps(order_origam(model, {{root_id, "", "5.1.8"}}).order) == "deadlock: Root 5.1.8, Security 5.3.1");
}

TEST_CASE("origam order: the sample's deadlock with its circle, message and repairs") {
  const auto model = origam::read_origam_model(testing::input_from_folder("origam/deadlock"), Limits{}, nullptr);
  REQUIRE(model.ok());
  const Order order = order_origam(model.value(), {}).order;
  CHECK(order.message ==
        "Deployment script order could not be determined, because circular dependencies were detected among some deployment versions.\n"
        "Successfully ordered deployment versions:\nRoot 5.1.7\nSecurity 5.3.0\nSecurity 5.3.1\nRoot 5.1.8\n"
        "The sorting process failed with these deployment versions as the next step candidates:\n"
        "Candidate: Root 5.1.9\n\tDependencies:\n\t\tRoot 5.1.8\n"
        "Candidate: Security 5.3.2\n\tDependencies:\n\t\tRoot  5.1.8\n\t\tSecurity 5.3.1\n"
        "Candidate: A 1.0\n\tDependencies:\n\t\tRoot  5.1.9\n\t\tSecurity  5.3.1\n"
        "These deployment versions keep a package at its present version:\n"
        "Blocker: Security 5.3.2\n\tDependencies:\n\t\tRoot 5.1.8\n"
        "Blocker: A 1.0\n\tDependencies:\n\t\tSecurity 5.3.1\n"
        "The dependency lists in the files of these deployment versions have to be corrected.\n");
  REQUIRE(order.cycles.size() == 1);
  CHECK(order.cycles[0] == std::vector<std::string>{"Root 5.1.9", "Security 5.3.2", "A 1.0"});
  std::vector<std::string> repairs;
  for (const Repair& repair : order.repairs) {
    const RepairEdit& edit = repair.edits.front();
    repairs.push_back(edit.package + " " + edit.version + ": " + edit.dependency + " " + edit.from + " -> " + edit.to);
  }
  CHECK(repairs == std::vector<std::string>{"A 1.0: Security 5.3.1 -> 5.3.2", "Security 5.3.2: Root 5.1.8 -> 5.1.9", "A 1.0: Root 5.1.9 -> 5.1.8"});
  CHECK(order.repairs[0].edits[0].file == "A/DeploymentVersion/A/1.0.origam");
  CHECK(order.candidates[2].dependencies[0].satisfied == false);
  CHECK(order.candidates[2].dependencies[1].satisfied == true);
  CHECK(order.candidates[1].dependencies[1].is_step);
  CHECK(order.conflicts[0].holds_package == "Root");
}

TEST_CASE("origam order: findings about odd models") {
  PackageSet model;
  model.packages = {package("B", "b", "1.0"), package("A", "a", "1.1", {"b"})};
  model.active_package_id = "a";
  add(model.packages[0], "1.0");
  add(model.packages[1], "1.0", {{"b", "1.0"}});
  add(model.packages[1], "1.1", {{"b", "1.0"}, {"a", "1.0"}});
  CHECK(rules(order_origam(model, {})) == "");
  const auto with = [&](auto change) {
    PackageSet changed = model;
    change(changed.packages);
    return rules(order_origam(changed, {}));
  };
  using Packages = std::vector<Package>;
  CHECK(with([](Packages& p) { add(p[0], "1.0.0"); }) == "E order/equal-numbers");
  CHECK(with([](Packages& p) { p[0].deployment_versions.insert(p[0].deployment_versions.begin(), 2, p[0].deployment_versions[0]); p[0].deployment_versions[0].number = p[0].deployment_versions[1].number = "0.5"; }) == "W order/equal-numbers");
  CHECK(with([](Packages& p) { add(p[1], "1.2", {{"b", "1.0"}}); }) == "W order/version-above-current");
  CHECK(with([](Packages& p) { p[0].version = "2.0"; }) == "I order/current-without-version");
  CHECK(with([](Packages& p) { p.push_back(package("C", "c", "1.0")); }) == "I order/current-without-version");
  CHECK(with([](Packages& p) { p[1].deployment_versions[0].dependencies[0].version = " 0.9 "; }) == "W order/absent-version");
  CHECK(with([](Packages& p) { p[1].deployment_versions[0].dependencies[0].version = "1.5"; }) == "W order/absent-version; W order/entry-above-current");
  CHECK(with([](Packages& p) { p[1].deployment_versions[0].dependencies[0].id = "x"; }) == "W order/absent-package");
  CHECK(with([](Packages& p) { p[1].deployment_versions[1].dependencies[1].version = "0.1"; }) == "W order/own-entry");
  CHECK(with([](Packages& p) { p[1].deployment_versions[0].dependencies.clear(); p[1].deployment_versions[0].has_list = false; }) == "I order/no-list-defaults");
  CHECK(with([](Packages& p) { p[1].deployment_versions[0].dependencies.clear(); }) == "E order/blank-list");
  CHECK(with([](Packages& p) { p[1].deployment_versions[1].dependencies[1].version = "1.1"; }).find("E order/self-dependency") != std::string::npos);
}

TEST_CASE("origam order: the vendor's own packages have to record what they were written against") {
  PackageSet model;
  model.packages = {package("Root", root_id, "5.1"), package("Security", security_id, "5.1", {root_id})};
  model.active_package_id = security_id;
  add(model.packages[0], "5.1");
  add(model.packages[1], "5.1");
  CHECK(rules(order_origam(model, {})).find("E order/no-default") != std::string::npos);
  add(model.packages[0], "4.0");
  std::swap(model.packages[0].deployment_versions[0], model.packages[0].deployment_versions[1]);
  CHECK(rules(order_origam(model, {})).find("E order/no-list") != std::string::npos);
}

TEST_CASE("origam order: several packages that nobody references") {
  PackageSet model;
  model.packages = {package("P", "p", "1.1"), package("Q", "q", "1.1"), package("A", "a", "1.0", {"p", "q"}), package("B", "b", "1.0", {"p", "q"})};
  for (int i = 0; i < 2; ++i) {
    add(model.packages[static_cast<std::size_t>(i)], "1.0");
    add(model.packages[static_cast<std::size_t>(i)], "1.1");
  }
  add(model.packages[2], "1.0", {{"p", "1.0"}, {"q", "1.0"}});
  add(model.packages[3], "1.0", {{"p", "1.1"}, {"q", "1.1"}});
  CHECK(steps(order_origam(model, {}).order) == "P 1.0, Q 1.0, A 1.0, P 1.1, Q 1.1, B 1.0");
  // Each by itself is fine, but no moment has P at 1.0 beside Q 1.1 and P 1.1 beside Q 1.0.
  model.packages[2].deployment_versions[0].dependencies[1].version = "1.1";
  model.packages[3].deployment_versions[0].dependencies[1].version = "1.0";
  const OrderResult apart = order_origam(model, {});
  CHECK(rules(apart) == "W order/not-together");
  CHECK(apart.order.status == OrderStatus::ok);
  CHECK(apart.order.steps.size() == 5);
}

TEST_CASE("origam order: what could not be read is told once") {
  Input input = testing::input_from({{"A/.origamPackage", "<f xmlns:x='x'><package x:id='147fa70d-6519-4393-b5d0-87931f9fd609' name='Root' version='1.x'/></f>"},
                                     {"A/DeploymentVersion/A/1.origam", "<f xmlns:x='x'><DeploymentVersion x:id='a' name='1.0' version='1.0'/></f>"},
                                     {"B/.origamPackage", "<f xmlns:x='x'><package x:id='147fa70d-6519-4393-b5d0-87931f9fd601' name='B' version='1.0'>"
                                                          "<packageReference referencedPackage='A#147fa70d-6519-4393-b5d0-87931f9fd609'/></package></f>"},
                                     {"B/DeploymentVersion/B/1.origam", "<f xmlns:x='x'><DeploymentVersion deploymentDependenciesCsv='nonsense' x:id='b' name='1.0' version='1.0'/></f>"}});
  input.is_folder = true;
  std::string told;
  for (const Finding& finding : preflight({input}, {}, nullptr).findings) told += finding.rule + " ";
  CHECK(told == "package/unreadable-package-version package/malformed-dependency ");
}

TEST_CASE("origam order: one package is chosen, with what it references") {
  PackageSet model;
  model.packages = {package("P", "p", "1.0"), package("Q", "q", "1.0"), package("A", "147fa70d-6519-4393-b5d0-87931f9fd608", "1.0", {"p"}), package("B", "b", "1.0", {"q", "p"})};
  for (Package& one : model.packages) add(one, "1.0", one.dependencies.empty() ? std::vector<std::pair<std::string, std::string>>{} : std::vector<std::pair<std::string, std::string>>{{"p", "1.0"}});
  const auto chosen = [&](const char* name) {
    PackageSet part = model;
    origam::choose_active_package(part, name);
    const std::string told = part.findings.empty() ? "" : part.findings.front().rule + ": ";
    return told + steps(order_origam(part, {}).order);
  };
  CHECK(chosen("A") == "P 1.0, A 1.0");
  CHECK(chosen("{147FA70D-6519-4393-B5D0-87931F9FD608}") == "P 1.0, A 1.0");
  CHECK(chosen("B") == "Q 1.0, P 1.0, B 1.0");
  CHECK(chosen("P") == "P 1.0");
  CHECK(chosen("C").starts_with("order/unknown-active-package: "));
}

TEST_CASE("origam order: stored versions that belong to nothing") {
  PackageSet model;
  model.packages = {package("P", "p", "1.5")};
  const auto told = [&](std::vector<InstalledPackage> stored) {
    OrderResult result;
    check_stored_versions(model, stored, result.findings);
    return rules(result);
  };
  CHECK(told({}) == "");
  CHECK(told({{"p", "", "1.5"}}) == "");
  CHECK(told({{"", "P", "1.4"}}) == "");
  CHECK(told({{"p", "", std::nullopt}}) == "");
  CHECK(told({{"", "p", "1.4"}, {"q", "", "1.0"}}) == "I order/unknown-stored-version");  // names are exact, ids are no names
  CHECK(told({{"p", "", "1.x"}}) == "W order/unknown-stored-version");
  CHECK(told({{"p", "", "1.5.1"}}) == "W order/older-version");
}

TEST_CASE("origam order: states are looked at for every package that nobody references") {
  PackageSet model;
  model.packages = {package("P", "p", "1.1"), package("A", "a", "1.0", {"p"}), package("B", "b", "1.1", {"p"})};
  add(model.packages[0], "1.0");
  add(model.packages[0], "1.1");
  add(model.packages[1], "1.0", {{"p", "1.1"}});
  add(model.packages[2], "1.0", {{"p", "1.1"}});
  add(model.packages[2], "1.1", {{"p", "1.0"}});  // after 1.1 of P, but while P stands at 1.0
  const OrderResult result = order_origam(model, {});
  CHECK(result.order.status == OrderStatus::deadlock);
  CHECK(rules(result).find("W order/deadlock-for-some-states") != std::string::npos);
}
