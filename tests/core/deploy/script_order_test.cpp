#include "core/deploy/script_order.hpp"

#include <doctest/doctest.h>

using namespace backstay;
using namespace backstay::deploy;

namespace {

Script script(const char* name, InstallType phase, std::vector<const char*> needs = {}) {
  Script made;
  made.name = name;
  made.install_type = phase;
  for (const char* needed : needs) made.depends_on.push_back({.id = {}, .name = needed, .at = {}});
  return made;
}

Package package(const char* name, std::vector<Script> scripts) {
  Package made;
  made.name = name;
  made.scripts = std::move(scripts);
  return made;
}

std::string order(const std::vector<Package>& packages, InstallType phase) {
  std::vector<const Package*> pointers;
  for (const Package& one : packages) pointers.push_back(&one);
  std::string text;
  for (const OrderedScript& ordered : order_scripts(pointers, phase)) text += (text.empty() ? "" : " ") + ordered.script->name;
  return text;
}

constexpr InstallType before = InstallType::before_package, after = InstallType::after_package;

}  // namespace

TEST_CASE("script order: by phase, package and name, each after what it depends on") {
  CHECK(order({}, after) == "");
  const std::vector<Package> packages = {package("P", {script("C", after), script("A", after), script("Z", before)}), package("Q", {script("B", after)})};
  CHECK(order(packages, after) == "A C B");
  CHECK(order(packages, before) == "Z");
  CHECK(order({package("P", {script("A", after, {"C"}), script("B", after), script("C", after)})}, after) == "B C A");
  // Across packages, also against their order.
  CHECK(order({package("P", {script("A", after, {"Q2"})}), package("Q", {script("Q1", after), script("Q2", after)})}, after) == "Q1 Q2 A");
  // Of another phase or not in the delivery: no reason to wait.
  CHECK(order({package("P", {script("A", after, {"Z", "Nowhere"}), script("B", after), script("Z", before)})}, after) == "A B");
}

TEST_CASE("script order: an id decides over a name") {
  std::vector<Script> scripts = {script("A", after, {"B"}), script("B", after), script("C", after)};
  scripts[0].depends_on[0].id = "id-c";
  scripts[2].id = "id-c";
  CHECK(order({package("P", scripts)}, after) == "B C A");
  scripts[0].depends_on[0].id = "id-nowhere";
  CHECK(order({package("P", scripts)}, after) == "A B C");
}

TEST_CASE("script order: a circle is opened at its smallest, and told") {
  const std::vector<Package> packages = {package("P", {script("A", after, {"B"}), script("B", after, {"C"}), script("C", after, {"B"}), script("D", after, {"D"})})};
  CHECK(order(packages, after) == "D B A C");
  const Findings findings = check_script_cycles({&packages[0]});
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].rule == "order/script-cycle");
  CHECK(findings[0].message == "scripts depend on each other in a circle: B depends on C depends on B");
}
