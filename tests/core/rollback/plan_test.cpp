#include "core/rollback/plan.hpp"

#include <doctest/doctest.h>

using namespace backstay;
using report::RollbackVerdict;
using sql::Verdict;

namespace {

report::ScriptEntry script(const char* name, Verdict verdict, std::optional<bool> confirmed, InstallType type = InstallType::after_package) {
  report::ScriptEntry entry;
  entry.package = "UsrCalls";
  entry.name = name;
  entry.verdict = verdict;
  entry.backward_compatible = confirmed;
  entry.install_type = type;
  return entry;
}

Package calls() {
  Package package;
  package.name = "UsrCalls";
  package.id = "11111111-1111-1111-1111-111111111111";
  return package;
}

report::Rollback plan(const std::vector<report::ScriptEntry>& scripts, const std::vector<deploy::InstalledPackage>& installed = {}) {
  const std::vector<Package> packages = {calls()};
  const deploy::Order order;
  return rollback::plan({.packages = packages, .scripts = scripts, .order = order, .installed = installed});
}

}  // namespace

TEST_CASE("rollback verdict: the worst script decides") {
  struct Row {
    const char* what;
    std::vector<report::ScriptEntry> scripts;
    RollbackVerdict verdict;
  };
  const Row rows[] = {
      {"no scripts", {}, RollbackVerdict::full},
      {"confirmed and safe", {script("A", Verdict::safe, true)}, RollbackVerdict::full},
      {"safe but the flag is off", {script("A", Verdict::safe, false)}, RollbackVerdict::suspended},
      {"safe but the flag is absent", {script("A", Verdict::safe, std::nullopt)}, RollbackVerdict::suspended},
      {"confirmed, changes rows", {script("A", Verdict::with_capture, true)}, RollbackVerdict::with_capture},
      {"unconfirmed holds the platform whatever capture could do",
       {script("A", Verdict::with_capture, false)}, RollbackVerdict::suspended},
      {"one irreversible script spoils a safe delivery",
       {script("A", Verdict::safe, true), script("B", Verdict::irreversible, true)}, RollbackVerdict::impossible},
      {"what was not understood promises nothing", {script("A", Verdict::not_understood, true)}, RollbackVerdict::impossible},
      {"uninstall scripts do not run at install time",
       {script("A", Verdict::irreversible, true, InstallType::uninstall_app)}, RollbackVerdict::full},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(plan(row.scripts).verdict == row.verdict);
  }
}

TEST_CASE("rollback steps undo the phases backwards and end with the package") {
  const report::Rollback rollback = plan({script("Early", Verdict::safe, true, InstallType::before_package),
                                          script("Late", Verdict::with_capture, true, InstallType::after_schema_data)},
                                         {{.id = "22222222-2222-2222-2222-222222222222", .name = "Other", .version = {}}});
  REQUIRE(rollback.steps.size() == 3);
  CHECK(rollback.steps[0].element == "Late");
  CHECK(rollback.steps[0].action == "reverse-script");
  CHECK(rollback.steps[1].element == "Early");
  CHECK(rollback.steps[1].action == "re-run-previous-script");
  CHECK(rollback.steps[2].action == "remove-package");
}

TEST_CASE("rollback reasons name scripts and count the rest") {
  std::vector<report::ScriptEntry> scripts;
  for (const char* name : {"A", "B", "C", "D", "E"}) scripts.push_back(script(name, Verdict::safe, false));
  const report::Rollback rollback = plan(scripts);
  REQUIRE(rollback.reasons.size() == 1);
  CHECK(rollback.reasons[0] == "not confirmed as backward compatible, so the platform suspends its rollback: A, B, C and 2 more");
}
