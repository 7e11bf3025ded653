// What has to be saved before a statement, from its text alone.
#include <doctest/doctest.h>

#include "core/rollback/capture_plan.hpp"

using backstay::Dialect;
using backstay::TextDocument;
using namespace backstay::rollback;

namespace {

// "query SysProcess: SELECT ..." for each captured table, then "? why" for effects that the text
// does not tell and "! why" for obstacles.
std::string planned(const char* script, Dialect dialect = Dialect::postgresql, const std::vector<KnownTable>& known = {}) {
  const TextDocument document(script, "test.sql");
  const CapturePlan plan = capture_plan(document, dialect, {}, known);
  std::string out;
  for (const PlannedStatement& statement : plan.statements) {
    for (const RowCapture& rows : statement.rows) {
      if (!out.empty()) out += "; ";
      out += std::string(to_string(rows.method)) + " " + rows.table;
      if (!rows.query.empty()) out += ": " + rows.query;
      if (!rows.why_not_query.empty()) out += " (" + rows.why_not_query + ")";
      for (const std::string& column : rows.key) out += " by " + column;
    }
    for (const std::string& why : statement.unread) out += (out.empty() ? "? " : "; ? ") + why;
    for (const std::string& why : statement.obstacles) out += (out.empty() ? "! " : "; ! ") + why;
  }
  return out;
}

}  // namespace

TEST_CASE("capture plan: what names the rows") {
  struct Row { const char* what; const char* script; const char* expected; };
  static constexpr Row rows[] = {
      {"the vendor's example", "UPDATE \"SysProcess\" SET \"IsActive\" = true WHERE \"IsActive\" = false",
       "query \"SysProcess\": SELECT \"SysProcess\".* FROM \"SysProcess\"\nWHERE \"IsActive\" = false"},
      {"no filter", "UPDATE t SET a = 1", "query t: SELECT t.* FROM t"},
      {"alias", "DELETE FROM ONLY s.t AS x WHERE x.a = 'a;b' RETURNING a", "query s.t: SELECT x.* FROM ONLY s.t AS x\nWHERE x.a = 'a;b'"},
      {"sources become EXISTS", "UPDATE t SET a = s.a FROM s JOIN r ON r.i = s.i WHERE s.i = t.i",
       "query t: SELECT t.* FROM t\nWHERE EXISTS (SELECT 1 FROM s JOIN r ON r.i = s.i\nWHERE s.i = t.i)"},
      {"a CTE stays in front", "WITH w AS (SELECT 1 AS i) DELETE FROM t WHERE i IN (SELECT i FROM w)",
       "query t: WITH w AS (SELECT 1 AS i)\nSELECT t.* FROM t\nWHERE i IN (SELECT i FROM w)"},
      {"insert", "INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING", "inserted t"},
      {"upsert", "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 1", "table t (it inserts or updates)"},
      {"chance", "UPDATE t SET a = 1 WHERE random() < 0.5", "table t (the routine random may answer differently the second time)"},
      {"chance in a list of columns is no call", "UPDATE t SET a = 1 FROM (VALUES (1, 2)) AS v(i, j) WHERE v.i = t.i",
       "query t: SELECT t.* FROM t\nWHERE EXISTS (SELECT 1 FROM (VALUES (1, 2)) AS v(i, j)\nWHERE v.i = t.i)"},
      {"somebody's routine", "DELETE FROM t WHERE app.old(t.i)", "table t (the routine old may answer differently the second time)"},
      {"limit", "DELETE FROM t WHERE i IN (SELECT i FROM t LIMIT 5)", "table t (which rows it touches is the server's choice (limit))"},
      {"a CTE that writes", "WITH d AS (DELETE FROM t RETURNING i) INSERT INTO u SELECT i FROM d",
       "table t (a CTE of it changes data as well); table u (a CTE of it changes data as well)"},
      {"block", "DO $$ BEGIN UPDATE t SET a = 1; END $$", "table t (it stands inside a block)"},
      {"truncate", "TRUNCATE t, u", "whole t (it removes all rows); whole u (it removes all rows)"},
      {"temporary", "CREATE TEMP TABLE x (i int); INSERT INTO x VALUES (1)", ""},
      {"text of run time", "DO $$ BEGIN EXECUTE 'DELETE FROM ' || n; END $$",
       "? it runs text that is put together at run time; ? the table it writes to is named at run time"},
      {"a call", "SELECT app.clean_up()", "? it calls app.clean_up, whose effects do not stand in this script"},
      {"a routine of this script", "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM t'; SELECT f()", "table t (it stands inside a block)"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(planned(row.script) == row.expected);
  }
}

TEST_CASE("capture plan: a known key is used unless the statement writes it") {
  const std::vector<KnownTable> known = {{"", "t", {"id"}, {"id", "a"}}};
  CHECK(planned("UPDATE t SET a = 1", Dialect::postgresql, known) == "query t: SELECT t.* FROM t by id");
  CHECK(planned("UPDATE t SET id = 1", Dialect::postgresql, known) == "query t: SELECT t.* FROM t");
}

TEST_CASE("capture plan: the WHERE text has its place") {
  const TextDocument document("UPDATE t SET a = 1\nWHERE b = 2 RETURNING a;", "test.sql");
  const CapturePlan plan = capture_plan(document, Dialect::postgresql, {});
  REQUIRE(plan.statements.size() == 1);
  CHECK(plan.statements[0].capturable_by_query());
  const auto& where = plan.statements[0].rows[0].where;
  CHECK(document.text().substr(where.begin, where.end - where.begin) == "b = 2");
  CHECK(plan.statements[0].rows[0].assigned == std::vector<std::string>{"a"});
}
