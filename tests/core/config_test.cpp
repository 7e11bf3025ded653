#include "core/config.hpp"

#include <doctest/doctest.h>

using namespace backstay;

namespace {

std::string outcome(std::string_view json) {
  const Result<Settings> settings = read_settings(json, "backstay.json");
  if (settings.ok()) return "ok";
  const Error& error = settings.error();
  return std::to_string(error.at.line) + " " + error.message;
}

}  // namespace

TEST_CASE("config: every member arrives") {
  const Result<Settings> settings = read_settings(R"({
    "$schema": "core/config.schema.json",
    "service_tables": ["UsrSvc*", "QRTZ_*"],
    "separators_allowed": ["GO"],
    "builtin_routines": ["tsqlt_run"],
    "default_schema": {"postgresql": "crm", "oracle": "CRM"},
    "client_commands_allowed": true,
    "dialect": "oracle",
    "rules": {"update-data": "off", "sql/create-trigger": "info"},
    "fail_on": "warning",
    "limits": {"max_script_bytes": 1000, "max_sql_nesting": 50},
    "labelled_severities": ["error", "warning"]
  })", "backstay.json");
  REQUIRE(settings.ok());
  const PreflightOptions& preflight = settings.value().preflight;
  CHECK(preflight.sql.service_tables == std::vector<std::string>{"UsrSvc*", "QRTZ_*"});
  CHECK(preflight.sql.separators_allowed == std::vector<std::string>{"GO"});
  CHECK(preflight.sql.builtin_routines == std::vector<std::string>{"tsqlt_run"});
  CHECK(preflight.sql.default_schema.at("postgresql") == "crm");
  CHECK(preflight.sql.default_schema.at("mssql") == "dbo");
  CHECK(preflight.sql.client_commands_allowed);
  CHECK(preflight.dialect == Dialect::oracle);
  CHECK(preflight.rules.at("sql/update-data") == std::nullopt);
  CHECK(preflight.rules.at("sql/create-trigger") == Severity::info);
  CHECK(settings.value().fail_on == FailOn::warning);
  CHECK(preflight.limits.max_script_bytes == 1000);
  CHECK(preflight.sql.limits.max_sql_nesting == 50);
  CHECK(preflight.limits.max_records == Limits{}.max_records);
}

TEST_CASE("config: what stands before stays where the file is silent") {
  Settings base;
  base.preflight.limits = browser_limits();
  base.fail_on = FailOn::never;
  const Result<Settings> settings = read_settings("{\"dialect\": \"auto\"}", "c", base);
  REQUIRE(settings.ok());
  CHECK(settings.value().preflight.limits.max_package_inflated_bytes == browser_limits().max_package_inflated_bytes);
  CHECK(settings.value().fail_on == FailOn::never);
  CHECK_FALSE(settings.value().preflight.dialect.has_value());
}

TEST_CASE("config: a setting that would do nothing is an error with its line") {
  struct Row {
    const char* json;
    const char* expected;
  };
  static constexpr Row rows[] = {
      {"{}", "ok"},
      {"{\n\"service_table\": []}", "2 unknown setting \"service_table\""},
      {"{\n\n\"rules\": {\"update-dta\": \"off\"}}", "3 there is no rule \"update-dta\""},
      {"{\"rules\": {\"update-data\": \"fatal\"}}", "1 rule \"update-data\" can be set to off, info, warning or error"},
      {"{\"rules\": {\"update-data\": false}}", "1 rule \"update-data\" can be set to off, info, warning or error"},
      {"{\"rules\": {\"update-data\": \"off\",\n\"update-data\": \"error\"}}", "2 \"update-data\" stands twice"},
      {"{\"fail_on\": \"errors\"}", "1 \"fail_on\" has to be error, warning, info or never, not \"errors\""},
      {"{\"dialect\": \"mysql\"}", "1 \"dialect\" has to be auto, postgresql, mssql or oracle, not \"mysql\""},
      {"{\"service_tables\": \"Usr*\"}", "1 \"service_tables\" has to be a list of texts"},
      {"{\"service_tables\": [\"a\",\n1]}", "2 \"service_tables\" has to be a list of texts that are not empty"},
      {"{\"separators_allowed\": [\";\"]}", "1 \"separators_allowed\" knows \"GO\" and \"/\", not \";\""},
      {"{\"default_schema\": {\"sqlite\": \"main\"}}", "1 \"default_schema\" knows the dialects postgresql, mssql and oracle, not \"sqlite\""},
      {"{\"client_commands_allowed\": 1}", "1 \"client_commands_allowed\" has to be true or false"},
      {"{\"limits\": {\"max_everything\": 1}}", "1 there is no limit \"max_everything\""},
      {"{\"limits\": {\"max_records\": 0}}", "1 \"max_records\" has to be a whole number from 1 to 1099511627776"},
      {"{\"limits\": {\"max_sql_nesting\": 100000}}", "1 \"max_sql_nesting\" has to be a whole number from 1 to 1000"},
      {"[]", "1 \"configuration\" has to be an object"},
      {"", "1 empty file where JSON was expected"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.json);
    CHECK(outcome(row.json) == row.expected);
  }
}

TEST_CASE("config: fail_on is a threshold over what counts") {
  Findings findings(2);
  findings[0].severity = Severity::error;
  findings[0].suppressed = true;
  findings[1].severity = Severity::warning;
  CHECK_FALSE(fails(findings, FailOn::error));
  CHECK(fails(findings, FailOn::warning));
  CHECK(fails(findings, FailOn::info));
  CHECK_FALSE(fails(findings, FailOn::never));
  CHECK_FALSE(fails({}, FailOn::info));
}
