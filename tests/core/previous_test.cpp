#include "core/previous.hpp"

#include <doctest/doctest.h>

#include <string>

#include "tests/support/test_input.hpp"

using namespace backstay;

namespace {

Input bare(const char* name, std::string sql) {
  return {.path = name, .files = {{.path = name, .bytes = std::make_shared<MemorySource>(std::move(sql))}}};
}

const Finding* find(const report::Report& report, std::string_view rule) {
  for (const Finding& finding : report.findings) {
    if (finding.rule == rule) return &finding;
  }
  return nullptr;
}

// "-" when the rule found nothing, else "severity: message".
std::string said(const report::Report& report, std::string_view rule) {
  const Finding* finding = find(report, rule);
  return finding ? std::string(report::to_string(finding->severity)) + ": " + finding->message : "-";
}

struct ScriptFile {
  const char* name;
  int engine, phase, date;
  const char* flag;  // "true", "false", or "" for absent
  const char* sql;
};

Input package(const std::vector<ScriptFile>& scripts) {
  std::vector<std::pair<std::string, std::string>> files = {
      {"descriptor.json", R"({"Descriptor": {"UId": "a41c4041-e45d-5cd6-9ec8-c50af49fe619", "Name": "UsrCalls", "ModifiedOnUtc": "/Date(1700000000000)/", "DependsOn": []}})"}};
  for (const ScriptFile& script : scripts) {
    const std::string folder = std::string("SqlScripts/") + script.name + "/";
    std::string descriptor = std::string(R"({"SqlScript": {"UId": "", "Name": ")") + script.name + R"(", "ModifiedOnUtc": "/Date()" +
                             std::to_string(1700000000000 + script.date) + R"()/", "DBEngineType": )" + std::to_string(script.engine) +
                             R"(, "InstallType": )" + std::to_string(script.phase);
    if (*script.flag) descriptor += std::string(R"(, "BackwardCompatibilityConfirmed": )") + script.flag;
    files.push_back({folder + "descriptor.json", descriptor + R"(, "DependsOn": []}})"});
    files.push_back({folder + script.name + ".sql", script.sql});
  }
  Input input = testing::input_from(std::move(files));
  input.path = "UsrCalls";
  return input;
}

report::Report against(const Input& now, const Input& before, PreflightOptions options = {}) {
  return preflight({now}, options, nullptr, {before});
}

}  // namespace

TEST_CASE("previous: what running the previous version of a script again does to views and routines") {
  struct Row {
    const char *what, *now, *before, *view, *routine;
  };
  static constexpr Row rows[] = {
      {"a column more", R"(CREATE OR REPLACE VIEW v AS SELECT "Id", "Name" FROM "Contact")", R"(CREATE OR REPLACE VIEW v AS SELECT "Id" FROM "Contact")",
       "warning: the view v: this version has 2 columns, the previous one 1: running the previous one again fails (42P16)", "-"},
      {"a column less", R"(CREATE OR REPLACE VIEW v AS SELECT "Id" FROM "Contact")", R"(CREATE OR REPLACE VIEW public.v AS SELECT c."Id", c."Name" x FROM "Contact" c)", "-", "-"},
      {"another name", R"(CREATE OR REPLACE VIEW v AS SELECT "Id" AS a FROM "Contact")", R"(CREATE OR REPLACE VIEW v AS SELECT "Id" AS b FROM "Contact")",
       "warning: the view v: column 1 is a in this version and b in the previous one: running the previous one again fails (42P16)", "-"},
      {"names the server makes up", R"(CREATE OR REPLACE VIEW v AS SELECT 1 + 1, count(*), x::text, lower(y) FROM t)", R"(CREATE OR REPLACE VIEW v (a, count, x, lower) AS SELECT 1, 2, 3, 4)", "-", "-"},
      {"all columns of a table", R"(CREATE OR REPLACE VIEW v AS SELECT * FROM t)", R"(CREATE OR REPLACE VIEW v AS SELECT a FROM t)",
       "info: if this version of v has more columns than the previous one, running the previous one again fails (42P16)", "-"},
      {"the previous one drops it first", R"(CREATE OR REPLACE VIEW v AS SELECT a, b FROM t)", R"(DROP VIEW IF EXISTS v; CREATE VIEW v AS SELECT a FROM t)",
       "info: if this version of v has more columns than the previous one, running the previous one again fails (42P16)", "-"},
      {"behind WITH and in a union", R"(CREATE OR REPLACE VIEW v AS WITH q AS (SELECT 1 AS z) SELECT DISTINCT ON (z) z, 2 AS y FROM q UNION SELECT 1, 2)", R"(CREATE OR REPLACE VIEW v AS SELECT z FROM q)",
       "warning: the view v: this version has 2 columns, the previous one 1: running the previous one again fails (42P16)", "-"},
      {"another argument", "CREATE OR REPLACE FUNCTION f(a int, b varchar(10) DEFAULT 'x') RETURNS int LANGUAGE sql AS 'SELECT 1'", "CREATE OR REPLACE FUNCTION f(integer) RETURNS int LANGUAGE sql AS 'SELECT 1'", "-",
       "warning: the routine f: the previous version takes (integer), this one (integer, character varying): both stay, and calls that fit both fail (42725)"},
      {"the same arguments, spelt otherwise", "CREATE OR REPLACE FUNCTION public.f(IN a int4, VARIADIC b text[], OUT c int) RETURNS int LANGUAGE sql AS 'SELECT 1'", "CREATE OR REPLACE FUNCTION f(x pg_catalog.int4, y text []) RETURNS  INT LANGUAGE sql AS 'SELECT 2'", "-", "-"},
      {"another result", "CREATE OR REPLACE FUNCTION f() RETURNS SETOF text AS $$ SELECT 'a' $$ LANGUAGE sql", "CREATE OR REPLACE FUNCTION f() RETURNS TABLE (a text) LANGUAGE sql AS $$ SELECT 'a' $$", "-",
       "warning: the routine f: the previous version returns table (a text), this one setof text: running the previous one again fails (42P13)"},
      {"nothing changed", R"(CREATE OR REPLACE VIEW v AS SELECT * FROM t)", R"(CREATE OR REPLACE VIEW v AS SELECT * FROM t)", "-", "-"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const report::Report report = against(bare("now.sql", row.now), bare("before.sql", row.before), {.dialect = Dialect::postgresql});
    CHECK(said(report, "sql/replace-view-column-set") == row.view);
    CHECK(said(report, "sql/replace-routine-signature") == row.routine);
    REQUIRE(report.scripts.size() == 1);
    const bool refused = std::string_view(row.view).starts_with("warning") || std::string_view(row.routine).starts_with("warning");
    CHECK((report.scripts[0].verdict == sql::Verdict::with_capture) == refused);
  }
}

TEST_CASE("previous: only new and changed scripts count for the rollback") {
  constexpr const char* safe = "CREATE OR REPLACE VIEW a AS SELECT 1 AS x";
  constexpr const char* lossy = "DELETE FROM \"Contact\" WHERE \"Name\" = 'x'";
  const Input before = package({{"UsrA", 2, 1, 1, "", safe}, {"UsrB", 2, 1, 1, "", lossy}});

  report::Report report = against(before, before);
  CHECK(report.rollback.verdict == report::RollbackVerdict::full);
  for (const report::ScriptEntry& script : report.scripts) CHECK(script.change == report::Change::unchanged);

  // The platform goes by the date; line ends and a mark are no change.
  report = against(package({{"UsrA", 2, 1, 1, "", "\xEF\xBB\xBF" "CREATE OR REPLACE VIEW a AS SELECT 1 AS x"}, {"UsrB", 2, 1, 2, "", lossy}}), before);
  CHECK(report.scripts[0].change == report::Change::unchanged);
  CHECK(report.scripts[1].change == report::Change::changed);
  CHECK(report.rollback.verdict == report::RollbackVerdict::suspended);

  report = against(package({{"UsrA", 2, 1, 1, "", safe}, {"UsrB", 2, 1, 1, "", lossy}, {"UsrC", 2, 1, 1, "true", safe}}), before);
  CHECK(report.scripts[2].change == report::Change::added);
  CHECK(report.rollback.verdict == report::RollbackVerdict::full);

  report = against(package({{"UsrA", 2, 1, 1, "", "CREATE OR REPLACE VIEW a AS SELECT 2 AS x"}, {"UsrB", 2, 1, 1, "", lossy}}), before);
  CHECK(report.scripts[0].change == report::Change::changed);
  CHECK(said(report, "package/script-date-unchanged") ==
        "warning: the text of script UsrA differs from the previous version and its modification date does not, so an update leaves it out");

  report = preflight({before}, {}, nullptr);
  CHECK_FALSE(report.scripts[0].change.has_value());
  CHECK(report.rollback.verdict == report::RollbackVerdict::suspended);
}

TEST_CASE("previous: what cannot be read is said") {
  const Input noise = {.path = "noise.gz", .files = {{.path = "noise.gz", .bytes = std::make_shared<MemorySource>(std::string_view("\x1F\x8B\x08garbage"))}}};
  const report::Report report = against(bare("now.sql", "SELECT 1"), noise);
  CHECK(report.unreadable_input);
  REQUIRE(find(report, "archive/malformed"));
  CHECK(find(report, "archive/malformed")->input == "noise.gz");
  CHECK(report.inputs.size() == 1);
}

TEST_CASE("a trigger switched off in one script and on in a later one stays a finding that says so") {
  constexpr const char* off = "ALTER TABLE \"Contact\" DISABLE TRIGGER \"TRContact\"";
  constexpr const char* on = "ALTER TABLE public.\"Contact\" ENABLE TRIGGER ALL";
  constexpr const char* rule = "sql/disable-trigger-or-constraint";
  const std::string plain = "warning: triggers of \"Contact\" are switched off and not switched on again in this script; they stay off when the installation stops here";

  report::Report report = preflight({package({{"UsrOff", 2, 0, 1, "", off}, {"UsrOn", 2, 2, 1, "", on}})}, {}, nullptr);
  CHECK(said(report, rule) == "warning: TRContact, switched off here, is switched on again only by script UsrOn; it stays off when the installation stops in between");
  // An earlier phase, another engine or an uninstall script does not switch it on again.
  report = preflight({package({{"UsrOff", 2, 2, 1, "", off}, {"UsrOn", 2, 0, 1, "", on}})}, {}, nullptr);
  CHECK(said(report, rule) == plain);
  report = preflight({package({{"UsrOff", 2, 0, 1, "", off}, {"UsrOn", 2, 3, 1, "", on}})}, {}, nullptr);
  CHECK(said(report, rule) == plain);
}
