#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include "core/base/json.hpp"
#include "core/deploy/components.hpp"
#include "core/deploy/creatio_version.hpp"
#include "core/deploy/order.hpp"
#include "tests/support/test_input.hpp"

using namespace backstay;
using namespace backstay::deploy;

namespace {

// The parts of a descriptor that the order needs; the descriptor reader has its own tests.
Package package_from(const std::string& file) {
  const auto json = parse_json(testing::data_file(file), file, {.lenient = true});
  REQUIRE(json.ok());
  const JsonValue& descriptor = *json.value().root.find("Descriptor");
  Package package;
  package.name = descriptor.text("Name").value_or("");
  package.id = descriptor.text("UId").value_or("");
  package.version = descriptor.text("PackageVersion");
  if (descriptor.whole("InstallBehavior")) package.install_behavior = static_cast<int>(*descriptor.whole("InstallBehavior"));
  for (const JsonValue& item : descriptor.find("DependsOn")->items) {
    Dependency dependency;
    dependency.name = item.text("Name").value_or("");
    dependency.id = item.text("UId").value_or("");
    dependency.version = item.text("PackageVersion");
    package.dependencies.push_back(dependency);
  }
  return package;
}

std::vector<const Package*> pointers(const std::vector<Package>& packages) {
  std::vector<const Package*> out;
  for (const Package& package : packages) out.push_back(&package);
  return out;
}

// "severity package message" of each finding of a rule.
std::vector<std::string> found(const OrderResult& result, std::string_view rule) {
  std::vector<std::string> out;
  for (const Finding& finding : result.findings) {
    if (finding.rule == rule) out.push_back((finding.severity == Severity::error ? "error " : finding.severity == Severity::warning ? "warning " : "info ") + finding.message);
  }
  return out;
}

// "A: B, C; B" is package A on B and C, and B on nothing.
std::vector<Package> packages_from(std::string_view text) {
  std::vector<Package> packages;
  std::string word;
  bool dependency = false;
  const auto flush = [&] {
    if (word.empty()) return;
    if (dependency) {
      packages.back().dependencies.emplace_back();
      packages.back().dependencies.back().name = word;
    } else {
      packages.emplace_back();
      packages.back().name = word;
    }
    word.clear();
  };
  for (const char c : text) {
    if (c == ':' || c == ',' || c == ';') {
      flush();
      dependency = c != ';';
    } else if (c != ' ') {
      word += c;
    }
  }
  flush();
  return packages;
}

std::string steps(const Order& order) {
  std::string out;
  for (const OrderStep& step : order.steps) out += (out.empty() ? "" : " ") + step.package;
  return out;
}

}  // namespace

TEST_CASE("creatio order: every fact of the tangled delivery") {
  const auto json = parse_json(testing::data_file("creatio/tangled-delivery/expected.json"), "expected.json", {});
  REQUIRE(json.ok());
  const JsonValue& expected = json.value().root;
  std::vector<Package> packages;
  for (const char* name : {"UsrBsBilling", "UsrBsOnCustom", "UsrBsOptional", "UsrBsOrders", "UsrBsOrphan", "UsrBsRenamed", "UsrBsReports", "UsrBsTooNew"}) {
    packages.push_back(package_from(std::string("creatio/tangled-delivery/") + name + "/descriptor.json"));
  }
  CHECK(packages.size() == static_cast<std::size_t>(*expected.whole("packages")));
  std::vector<InstalledPackage> installed;
  for (const JsonValue& name : expected.find("given_as_installed")->items) installed.push_back({"", name.string, std::nullopt});
  const OrderResult result = order_creatio(pointers(packages), installed);

  CHECK(result.order.status == OrderStatus::cycle);
  REQUIRE(result.order.cycles.size() == 1);
  std::vector<std::string> cycle = result.order.cycles[0];
  for (const JsonValue& edge : expected.find("cycle_edges")->items) {
    const auto from = std::find(cycle.begin(), cycle.end(), edge.items[0].string);
    REQUIRE(from != cycle.end());
    CHECK((from + 1 == cycle.end() ? cycle.front() : from[1]) == edge.items[1].string);
  }
  CHECK(cycle.size() == expected.find("cycle")->items.size());
  CHECK(found(result, "order/cycle").size() == 1);

  const auto& missing = expected.find("missing")->items;
  REQUIRE(result.order.missing.size() == missing.size());
  for (const JsonValue& one : missing) {
    const auto at = std::find_if(result.order.missing.begin(), result.order.missing.end(),
                                 [&](const Missing& candidate) { return candidate.package == one.text("package"); });
    REQUIRE(at != result.order.missing.end());
    CHECK(at->needs == one.text("needs"));
    CHECK(at->optional == (one.text("severity") == "note"));
  }
  CHECK(found(result, "order/missing-dependency") == std::vector<std::string>{"error UsrBsOrphan needs UsrBsNotHere, which is neither in the delivery nor on the target"});
  CHECK(found(result, "order/optional-missing").size() == 1);

  CHECK(found(result, "order/version-too-high") == std::vector<std::string>{"warning UsrBsTooNew depends on UsrBsBilling 1.11.0, but the delivery has 1.10.0"});
  CHECK(found(result, "order/depends-on-custom").size() == expected.find("on_custom")->items.size());
  CHECK(found(result, "order/dependency-name-mismatch") ==
        std::vector<std::string>{"error UsrBsRenamed depends on \"UsrBsOrder\", but the UId d5bbf3bc-766e-5c59-ab46-92ce0ae13c8b belongs to UsrBsOrders"});
  CHECK(result.findings.size() == 6);
  // Outside the circle and what hangs on it, everything has its place.
  CHECK(steps(result.order) == "UsrBsOnCustom UsrBsOptional UsrBsOrphan");
}

TEST_CASE("creatio order: by dependency, then by name") {
  const auto order = [](std::string_view text) {
    const std::vector<Package> packages = packages_from(text);
    const OrderResult result = order_creatio(pointers(packages), {});
    return std::string(to_string(result.order.status)) + ": " + steps(result.order);
  };
  CHECK(order("") == "not-applicable: ");
  CHECK(order("C; A; B") == "ok: A B C");
  CHECK(order("A: C; B; C") == "ok: B C A");
  CHECK(order("A: B, B; B: C; C; D: A") == "ok: C B A D");
  CHECK(order("A: Platform; B") == "ok: A B");
  CHECK(order("A: A; B") == "cycle: B");
  CHECK(order("A: B; B: C; C: B; D") == "cycle: D");
}

TEST_CASE("creatio order: without a described target a missing package is a warning, with one it stops the order") {
  const std::vector<Package> packages = packages_from("A: Platform");
  const OrderResult alone = order_creatio(pointers(packages), {});
  CHECK(alone.order.status == OrderStatus::ok);
  CHECK(alone.order.missing.size() == 1);
  CHECK(found(alone, "order/missing-dependency").front().starts_with("warning "));
  const OrderResult known = order_creatio(pointers(packages), {{"", "Other", std::nullopt}});
  CHECK(known.order.status == OrderStatus::missing);
  CHECK(found(known, "order/missing-dependency").front().starts_with("error "));
  const OrderResult there = order_creatio(pointers(packages), {{"", "Platform", "8.0"}});
  CHECK(there.order.status == OrderStatus::ok);
  CHECK(there.findings.empty());
}

TEST_CASE("creatio order: ids and names that do not belong together") {
  std::vector<Package> packages = packages_from("A; B; A; Custom");
  packages[0].id = "id-1";
  packages[1].id = "id-1";
  packages[2].id = "id-2";
  const OrderResult result = order_creatio(pointers(packages), {{"id-9", "B", std::nullopt}});
  CHECK(found(result, "order/identity-mismatch").size() == 3);  // B shares A's id, the second A its name, B the target's name
  CHECK(found(result, "order/custom-delivered").size() == 1);
  packages = packages_from("A; A");
  packages[0].id = packages[1].id = "id-1";
  CHECK(found(order_creatio(pointers(packages), {}), "order/duplicate-package").size() == 1);
}

TEST_CASE("creatio version: a missing part is lowest, an empty suffix too, and not everything compares") {
  CHECK(compare_creatio_versions("1.10.0", "1.9.0") > 0);
  CHECK(compare_creatio_versions("1.2", "1.2.0") < 0);
  CHECK(compare_creatio_versions("1.2.0", "1.2.0.0") < 0);
  CHECK(compare_creatio_versions("1.2", "1.2-rc") < 0);
  CHECK(compare_creatio_versions("1.2-a", "1.2-b") < 0);
  CHECK(compare_creatio_versions("1.2-alpha", "1.2-Beta") < 0);
  CHECK(compare_creatio_versions("1.2-rc", "1.2-RC") < 0);
  CHECK(compare_creatio_versions("1.2-rc10", "1.2-rc9") < 0);
  CHECK(compare_creatio_versions("1.2.0", "1.2.0") == 0);
  CHECK(compare_creatio_versions("abc", "abc") == 0);
  CHECK(compare_creatio_versions("1.2-", "1.2") == 0);
  CHECK(compare_creatio_versions(" 1.2 - rc", "1.2-rc ") == 0);
  CHECK(compare_creatio_versions("1.+2", "1.2") == 0);
  for (const char* other : {"abc", "1", "1.", "1.2.3.4.5", "-1.2", "", "1.2147483648", "1.-2.0", "1..2"}) {
    CAPTURE(other);
    CHECK_FALSE(compare_creatio_versions("1.2", other).has_value());
  }
}

TEST_CASE("components: tangles with a shortest circle each") {
  const Graph graph = {{1}, {2}, {0, 3}, {4}, {3}, {}, {6}, {0}};
  const std::vector<Tangle> tangles = find_tangles(graph);
  REQUIRE(tangles.size() == 3);
  CHECK(tangles[0].members == std::vector<std::uint32_t>{0, 1, 2});
  CHECK(tangles[0].circle == std::vector<std::uint32_t>{0, 1, 2});
  CHECK(tangles[1].circle == std::vector<std::uint32_t>{3, 4});
  CHECK(tangles[2].circle == std::vector<std::uint32_t>{6});
  CHECK(find_tangles({{1}, {}, {1}}).empty());
  // A long way round and a short cut.
  CHECK(find_tangles({{1}, {2}, {3}, {0, 2}})[0].circle == std::vector<std::uint32_t>{2, 3});
}
