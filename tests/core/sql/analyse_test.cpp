// What a caller of analyse() gets besides the rules themselves: places, excerpts, verdicts, suppressions,
// the declared dialect and the descriptor's flag.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "core/sql/scope.hpp"
#include "core/sql/sql.hpp"

using namespace backstay;

namespace {

sql::Analysis analyse(std::string_view text, const sql::Options& options = {}) {
  return sql::analyse(TextDocument(text, "s.sql"), options, sql::Config());
}

sql::Options declared(Dialect dialect) {
  sql::Options options;
  options.dialect = dialect;
  return options;
}

// Errors and warnings: "line:column rule", suppressed ones in brackets.
std::string outcome(std::string_view text, const sql::Options& options = declared(Dialect::postgresql)) {
  std::string result;
  for (const Finding& finding : analyse(text, options).findings) {
    if (finding.severity == Severity::info) continue;
    std::string one = std::to_string(finding.at.line) + ":" + std::to_string(finding.at.column) + " " + finding.rule.substr(4);
    if (finding.suppressed) one = "[" + one + " " + finding.suppression_reason + "]";
    result += (result.empty() ? "" : ", ") + one;
  }
  return result;
}

std::size_t count(const sql::Analysis& analysis, std::string_view rule) {
  return static_cast<std::size_t>(std::count_if(analysis.findings.begin(), analysis.findings.end(),
                                                [&](const Finding& finding) { return finding.rule == rule; }));
}

}  // namespace

TEST_CASE("analyse: a finding carries its place, its line and what can be done") {
  const sql::Analysis analysis = analyse("\xEF\xBB\xBF-- \xD0\xB0\r\n  DELETE FROM \"A\" WHERE x = 1;", declared(Dialect::postgresql));
  REQUIRE(analysis.findings.size() == 1);
  const Finding& finding = analysis.findings[0];
  CHECK(finding.rule == "sql/delete-data");
  CHECK(finding.severity == Severity::error);
  CHECK(finding.at.file == "s.sql");
  CHECK(finding.at.line == 2);
  CHECK(finding.at.column == 3);
  CHECK(finding.at.offset == 3 + 5 + 2 + 2);  // mark, comment, CR LF, blanks
  CHECK(finding.end_line == 2);
  CHECK(finding.end_column == 9);
  CHECK(finding.length == 6);
  CHECK(finding.excerpt == "  DELETE FROM \"A\" WHERE x = 1;");
  CHECK(finding.excerpt_column == 1);
  CHECK(finding.message.find("\"A\"") != std::string::npos);
  CHECK(finding.remedy != "");
  CHECK(finding.reversibility == Reversibility::with_capture);
}

TEST_CASE("analyse: a long line is cut around the finding, at whole code points") {
  std::string text = "SELECT '";
  for (int i = 0; i < 300; ++i) text += "\xD0\xB0";
  text += "'; DELETE FROM t WHERE x = 1; SELECT '" + std::string(300, 'x') + "'";
  const sql::Analysis analysis = analyse(text, declared(Dialect::postgresql));
  REQUIRE(analysis.findings.size() == 1);
  const Finding& finding = analysis.findings[0];
  CHECK(finding.at.column == 312);
  CHECK(finding.excerpt_column == 262);
  std::size_t points = 0;
  for (const char c : finding.excerpt) points += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  CHECK(points == 200);
  CHECK(finding.excerpt.find("DELETE FROM t") != std::string::npos);
  CHECK(static_cast<unsigned char>(finding.excerpt[0]) == 0xD0);
}

TEST_CASE("analyse: verdict and class") {
  struct Row {
    const char* what;
    const char* text;
    sql::Verdict verdict;
    Reversibility reversibility;
  };
  const Row rows[] = {
      {"nothing", "", sql::Verdict::safe, Reversibility::yes},
      {"a view replaced", "CREATE OR REPLACE VIEW v AS SELECT 1 AS a", sql::Verdict::safe, Reversibility::yes},
      {"rows changed", "UPDATE t SET a = 1 WHERE b = 2", sql::Verdict::with_capture, Reversibility::with_capture},
      {"allowed, but changed all the same", "UPDATE t SET a = 1 WHERE b = 2 -- backstay: allow update-data reason=\"x\"",
       sql::Verdict::with_capture, Reversibility::with_capture},
      {"rows of a temporary table", "CREATE TEMP TABLE t (a int); DELETE FROM t;", sql::Verdict::safe, Reversibility::yes},
      {"a routine behind a check",
       "DO $$ BEGIN IF to_regproc('f') IS NOT NULL THEN PERFORM f(); END IF; END $$", sql::Verdict::irreversible, Reversibility::no},
      {"the server", "ALTER SYSTEM SET work_mem = '1MB'", sql::Verdict::irreversible, Reversibility::no},
      {"a typing error", "UPDAET t SET a = 1; DELETE FROM t WHERE a = 1;", sql::Verdict::not_understood, Reversibility::no},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const sql::Analysis analysis = analyse(row.text, declared(Dialect::postgresql));
    CHECK(to_string(analysis.verdict) == to_string(row.verdict));
    CHECK(analysis.reversibility == row.reversibility);
  }
}

TEST_CASE("analyse: allow comments") {
  struct Row {
    const char* what;
    const char* text;
    const char* expected;
  };
  static constexpr Row rows[] = {
      {"before the statement", "-- backstay: allow delete-data reason=\"why\"\nDELETE FROM t WHERE a = 1;", "[2:1 delete-data why]"},
      {"behind it", "DELETE FROM t WHERE a = 1; -- backstay: allow delete-data reason=\"why\"", "[1:1 delete-data why]"},
      {"behind its last line", "DELETE FROM t\nWHERE a = 1 -- backstay: allow delete-data\n;", "[1:1 delete-data ]"},
      {"only its own rules", "-- backstay: allow delete-data reason=\"why\"\nDELETE FROM t;",
       "[2:1 delete-data why], 2:1 delete-without-where"},
      {"only the next statement", "-- backstay: allow delete-data reason=\"w\"\nDELETE FROM t WHERE a = 1;\nDELETE FROM t WHERE a = 2;",
       "[2:1 delete-data w], 3:1 delete-data"},
      {"a harmless statement between", "-- backstay: allow delete-data reason=\"w\"\nSELECT 1;\nDELETE FROM t WHERE a = 2;", "3:1 delete-data"},
      {"with the area", "-- backstay: allow sql/delete-data reason=\"w\"\nDELETE FROM t WHERE a = 2;", "[2:1 delete-data w]"},
      {"whole file, at its end", "DELETE FROM t WHERE a = 2;\nDELETE FROM u WHERE a = 2;\n-- backstay: allow-file delete-data reason=\"w\"",
       "[1:1 delete-data w], [2:1 delete-data w]"},
      {"misspelt word", "-- backstay: alow delete-data\nDELETE FROM t WHERE a = 2;", "1:1 unknown-suppression, 2:1 delete-data"},
      {"no rule", "-- backstay: allow reason=\"w\"\nDELETE FROM t WHERE a = 2;", "1:1 unknown-suppression, 2:1 delete-data"},
      {"in a literal", "SELECT '-- backstay: allow delete-data';\nDELETE FROM t WHERE a = 2;", "2:1 delete-data"},
      {"a comment that only mentions it", "-- see backstay: allow\nDELETE FROM t WHERE a = 2;", "2:1 delete-data"},
      {"known dynamic text", "DO $$ BEGIN\n-- backstay: allow delete-data reason=\"w\"\nEXECUTE 'DELETE FROM t WHERE a = 1';\nEND $$",
       "[3:10 delete-data w]"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(outcome(row.text) == row.expected);
  }
  const sql::Analysis unused = analyse("-- backstay: allow delete-data\nSELECT 1;", declared(Dialect::postgresql));
  CHECK(count(unused, "sql/unused-suppression") == 1);
  CHECK(count(unused, "sql/suppression-without-reason") == 1);
}

TEST_CASE("analyse: the declared dialect against the written one") {
  const std::string_view tsql = "IF OBJECT_ID(N'[dbo].[V]') IS NOT NULL\n    DROP VIEW [dbo].[V]\nGO\nCREATE VIEW [dbo].[V] AS SELECT TOP 1 [Id] FROM [dbo].[A]\nGO\n";
  const sql::Analysis other = analyse(tsql, declared(Dialect::oracle));
  CHECK(other.dialect == Dialect::mssql);
  CHECK(count(other, "sql/dialect-mismatch") == 1);
  CHECK(other.verdict == sql::Verdict::irreversible);
  CHECK(outcome(tsql, declared(Dialect::mssql)) == "");
  CHECK(analyse(tsql).dialect == Dialect::mssql);
  // A text that fits several servers is read as declared.
  for (const Dialect dialect : {Dialect::postgresql, Dialect::mssql, Dialect::oracle}) {
    const sql::Analysis fits = analyse("UPDATE \"T\" SET \"A\" = 1 WHERE \"B\" = 2", declared(dialect));
    CHECK(fits.dialect == dialect);
    CHECK(count(fits, "sql/dialect-mismatch") == 0);
  }
}

TEST_CASE("analyse: the flag of the descriptor against the findings") {
  sql::Options options = declared(Dialect::postgresql);
  options.has_descriptor = true;
  options.backward_compatible = true;
  const auto flag = [&](std::string_view text) {
    const sql::Analysis analysis = analyse(text, options);
    for (const Finding& finding : analysis.findings)
      if (finding.rule == "sql/backward-flag-mismatch") return finding.severity == Severity::error ? "error" : "info";
    return "";
  };
  CHECK(std::string(flag("DELETE FROM t WHERE a = 1")) == "error");
  CHECK(std::string(flag("DELETE FROM t WHERE a = 1 -- backstay: allow delete-data reason=\"x\"")) == "");
  CHECK(std::string(flag("CREATE OR REPLACE VIEW v AS SELECT 1 AS a")) == "");
  options.backward_compatible = std::nullopt;  // absent means: not confirmed
  CHECK(std::string(flag("CREATE OR REPLACE VIEW v AS SELECT 1 AS a")) == "info");
  CHECK(std::string(flag("DELETE FROM t WHERE a = 1")) == "");
  options.has_descriptor = false;
  options.backward_compatible = true;
  CHECK(std::string(flag("DELETE FROM t WHERE a = 1")) == "");
}

TEST_CASE("analyse: an update of the package table has its own sentence") {
  const sql::Analysis analysis = analyse("UPDATE \"SysPackage\" SET \"IsLocked\" = false WHERE \"Name\" = 'UsrA'", declared(Dialect::postgresql));
  REQUIRE(count(analysis, "sql/update-data") == 1);
  CHECK(analysis.findings[0].message.find("package backup itself") != std::string::npos);
}

TEST_CASE("glob: whole text, any case, stars anywhere") {
  using sql::glob_match;
  CHECK(glob_match("UsrSvc*", "usrsvcqueue"));
  CHECK(glob_match("*SchedulerQueue", "MySchedulerQueue"));
  CHECK(glob_match("a*b*c", "aXXbYYc"));
  CHECK(glob_match("*", ""));
  CHECK_FALSE(glob_match("UsrSvc*", "xUsrSvc"));
  CHECK_FALSE(glob_match("abc", "abcd"));
  CHECK_FALSE(glob_match("a?", "a"));
  CHECK(glob_match(std::string(50, '*') + "b", std::string(1000, 'a') + "b"));
}
