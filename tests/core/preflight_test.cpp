#include "core/preflight.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/test_files.hpp"
#include "tests/support/test_input.hpp"

using namespace backstay;

namespace {

Input script_input(const char* name, const char* sql) {
  return {.path = name, .files = {{.path = name, .bytes = std::make_shared<MemorySource>(std::string_view(sql))}}};
}

std::size_t count(const report::Report& report, std::string_view rule) {
  return static_cast<std::size_t>(std::count_if(report.findings.begin(), report.findings.end(),
                                                [&](const Finding& finding) { return finding.rule == rule; }));
}

constexpr const char* lossy = "UPDATE \"SysProcess\" SET \"IsActive\" = true WHERE \"IsActive\" = false;\n";

}  // namespace

TEST_CASE("preflight: a bare script gives findings, a verdict and no package") {
  const report::Report report = preflight({script_input("activate.sql", lossy)}, {.dialect = Dialect::postgresql}, nullptr);
  REQUIRE(report.inputs.size() == 1);
  CHECK(report.inputs[0].kind == InputKind::sql_script);
  CHECK(report.packages.empty());
  REQUIRE(report.scripts.size() == 1);
  CHECK(report.scripts[0].verdict == sql::Verdict::with_capture);
  CHECK(count(report, "sql/update-data") == 1);
  CHECK(count(report, "sql/update-loses-origin") == 1);
  CHECK(report.rollback.verdict == report::RollbackVerdict::with_capture);
  CHECK(report.order.status == deploy::OrderStatus::not_applicable);
}

TEST_CASE("preflight: one unreadable input does not hide the others") {
  const Input noise = {.path = "noise.gz", .files = {{.path = "noise.gz", .bytes = std::make_shared<MemorySource>(std::string_view("\x1F\x8B\x08garbage"))}}};
  const report::Report report = preflight({noise, script_input("activate.sql", lossy)}, {.dialect = Dialect::postgresql}, nullptr);
  CHECK(report.unreadable_input);
  REQUIRE(report.inputs.size() == 2);
  CHECK_FALSE(report.inputs[0].kind.has_value());
  CHECK(count(report, "sql/update-data") == 1);
  REQUIRE_FALSE(report.findings.empty());
  CHECK(report.findings[0].input == "noise.gz");
  CHECK(report.findings[0].severity == Severity::error);
}

TEST_CASE("preflight: rules are switched off and reweighed, and the verdict does not change with them") {
  PreflightOptions options{.dialect = Dialect::postgresql};
  options.rules["sql/update-data"] = std::nullopt;
  options.rules["sql/update-loses-origin"] = Severity::info;
  const report::Report report = preflight({script_input("activate.sql", lossy)}, options, nullptr);
  CHECK(count(report, "sql/update-data") == 0);
  CHECK(report.summary.errors == 0);
  CHECK(report.summary.infos == 1);
  CHECK(report.rollback.verdict == report::RollbackVerdict::with_capture);
}

TEST_CASE("preflight: a backup folder keeps what restoring would remove") {
  const std::string container = testing::data_file("creatio/packed/UsrBsLoyalty-1.0.gz");
  Input backup = testing::input_from({{"UsrBsLoyalty.gz", container}, {"DeleteList.txt", "a41c4041-e45d-5cd6-9ec8-c50af49fe619,UsrBsAdded\r\n"}});
  const report::Report report = preflight({backup}, {}, nullptr);
  REQUIRE(report.inputs.size() == 1);
  CHECK(report.inputs[0].is_backup);
  REQUIRE(report.inputs[0].delete_list.size() == 1);
  CHECK(report.inputs[0].delete_list[0].name == "UsrBsAdded");
}

TEST_CASE("preflight: too many findings are counted, not listed") {
  std::string sql;
  for (int i = 0; i < 20; ++i) sql += lossy;
  PreflightOptions options{.dialect = Dialect::postgresql};
  options.limits.max_findings = 5;
  const report::Report report = preflight({script_input("many.sql", sql.c_str())}, options, nullptr);
  CHECK(report.findings.size() == 6);
  CHECK(report.findings.back().rule == "archive/limit-exceeded");
  CHECK(report.findings.back().message.find("more findings are not listed") != std::string::npos);
}

TEST_CASE("preflight: a migration may create and fill tables, but not lose rows unnoticed") {
  const report::Report report = preflight({testing::input_from_folder("origam/deadlock")}, {}, nullptr);
  REQUIRE_FALSE(report.scripts.empty());
  for (const Finding& finding : report.findings) {
    CAPTURE(finding.rule);
    if (finding.rule == "sql/create-table" || finding.rule == "sql/insert-data") CHECK(finding.severity == Severity::info);
    CHECK(finding.rule != "sql/insert-unguarded");
  }
  CHECK(report.order.status == deploy::OrderStatus::deadlock);
}

TEST_CASE("preflight: every script is named while it is checked, at the place the reader has come to") {
  struct Told final : Progress {
    bool report(std::string_view what, std::uint64_t at, std::uint64_t of) override {
      if (what.starts_with("checking ")) scripts.emplace_back(what.substr(9));
      CHECK(at >= done);
      done = at;
      total = of;
      return scripts.size() < stop_after;
    }
    std::vector<std::string> scripts;
    std::uint64_t done = 0, total = 0;
    std::size_t stop_after = 100;
  };
  const Input delivery = testing::file_input("tests/data/creatio/packed/UsrBsLoyalty-1.1.zip");
  Told all;
  const report::Report report = preflight({delivery}, {}, &all);
  REQUIRE(report.scripts.size() == 6);
  CHECK(all.scripts.size() == 6);
  CHECK(all.total == delivery.files.front().bytes->size());

  Told first;
  first.stop_after = 2;
  const CheckedInput stopped = check_input(delivery, {}, &first);
  CHECK(first.scripts.size() == 2);
  REQUIRE(stopped.findings.size() == 1);
  CHECK(stopped.findings.front().rule == error_rule(ErrorCode::cancelled));
}
