// From text to facts: what a statement does, to which table, from where in a block, and at which place.
#include <doctest/doctest.h>

#include <string>

#include "core/sql/fact.hpp"
#include "core/sql/sql.hpp"

using backstay::Dialect;
using backstay::TextDocument;
using backstay::sql::Fact;
using backstay::sql::Flag;
using backstay::sql::Verb;

namespace {

constexpr Dialect pg = Dialect::postgresql, ms = Dialect::mssql, ora = Dialect::oracle;

const char* word(Verb verb) {
  switch (verb) {
    case Verb::block: return "block";
    case Verb::branch: return "branch";
    case Verb::loop: return "loop";
    case Verb::handler: return "handler";
    case Verb::subprogram: return "subprogram";
    case Verb::prepare: return "prepare";
    case Verb::dynamic: return "dynamic";
    case Verb::create: return "create";
    case Verb::alter: return "alter";
    case Verb::drop: return "drop";
    case Verb::rename: return "rename";
    case Verb::enable: return "enable";
    case Verb::disable: return "disable";
    case Verb::select: return "select";
    case Verb::insert: return "insert";
    case Verb::update: return "update";
    case Verb::remove: return "delete";
    case Verb::merge: return "merge";
    case Verb::truncate: return "truncate";
    case Verb::call: return "call";
    case Verb::commit: return "commit";
    case Verb::external: return "external";
    case Verb::substitution: return "substitution";
    case Verb::client_command: return "client";
    case Verb::not_understood: return "not-understood";
    case Verb::other: return "other";
    default: return "?";
  }
}

// "2:5 update contact": place of the anchor, verb, names; children behind "<".
std::string facts(std::string_view text, Dialect dialect, const backstay::sql::Config& config = {}) {
  const TextDocument document(text, "test.sql");
  const auto script = backstay::sql::read_script(document, dialect, config);
  std::string out;
  for (const Fact& fact : script.facts) {
    if (fact.verb == Verb::other || fact.verb == Verb::select) continue;
    if (!out.empty()) out += "; ";
    const auto at = document.position(fact.anchor.begin);
    out += std::to_string(at.line) + ':' + std::to_string(at.column) + ' ' + word(fact.verb);
    for (const auto& name : fact.names) out += ' ' + std::string(name.name);
    if (!fact.column.name.empty()) out += '.' + std::string(fact.column.name);
    for (int parent = fact.parent; parent >= 0; parent = script.facts[static_cast<std::size_t>(parent)].parent) {
      out += '<' + std::string(word(script.facts[static_cast<std::size_t>(parent)].verb));
    }
  }
  return out;
}

struct Row {
  const char* what;
  Dialect dialect;
  const char* script;
  const char* expected;
};

void check(const Row* rows, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    CAPTURE(rows[i].what);
    CHECK(facts(rows[i].script, rows[i].dialect) == rows[i].expected);
  }
}

}  // namespace

TEST_CASE("sql facts: the table behind the target") {
  static constexpr Row rows[] = {
      {"folding", pg, "UPDATE Contact SET a = 1; UPDATE \"Contact\" SET a = 1", "1:1 update contact; 1:27 update Contact"},
      {"folding", ora, "UPDATE Contact SET a = 1; UPDATE \"Contact\" SET a = 1", "1:1 update CONTACT; 1:27 update Contact"},
      {"folding", ms, "UPDATE Contact SET a = 1 UPDATE [CONTACT] SET a = 1", "1:1 update contact; 1:26 update contact"},
      {"alias", ms, "DELETE k FROM #x c JOIN dbo.Contact k ON k.Id = c.Id", "1:1 delete contact"},
      {"alias in a bracketed join", ms, "UPDATE k SET a = 1 FROM (#x c JOIN dbo.Contact k ON k.Id = c.Id)", "1:1 update contact"},
      {"CTE over a CTE", ms, "WITH a AS (SELECT * FROM b), b AS (SELECT * FROM dbo.Lead) DELETE a", "1:60 delete lead"},
      {"derived table", ms, "UPDATE x SET n = 1 FROM (SELECT n FROM dbo.Lead) x", "1:1 update lead"},
      {"inline view", ora, "DELETE FROM (SELECT * FROM \"Lead\" WHERE a = 1)", "1:1 delete Lead"},
      {"two databases", ms, "INSERT [Arc].dbo.t SELECT 1 INSERT Arc..t SELECT 1", "1:1 insert t; 1:29 insert t"},
      {"a CTE that changes data", pg, "WITH m AS (DELETE FROM a RETURNING *)\nINSERT INTO b SELECT * FROM m", "1:12 delete a; 2:1 insert b"},
      {"a DELETE inside an INSERT", ms, "INSERT INTO #t (x) SELECT x FROM (DELETE FROM dbo.a OUTPUT deleted.x WHERE y = 1) d", "1:1 insert #t; 1:35 delete a"},
      {"several targets", ora, "INSERT ALL INTO a VALUES (1) INTO b VALUES (2) SELECT 1 FROM dual", "1:1 insert A B"},
      {"one fact per action", pg, "ALTER TABLE t ADD a int,\n DROP COLUMN b,\n ALTER c TYPE text", "1:19 alter t.a; 2:14 alter t.b; 3:8 alter t.c"},
      {"actions without commas", ora, "ALTER TABLE t ADD (a NUMBER, b DATE) DROP COLUMN c", "1:20 alter T.A; 1:30 alter T.B; 1:50 alter T.C"},
      {"type and nullability", ms, "ALTER TABLE t ALTER COLUMN c int NOT NULL", "1:28 alter t.c; 1:28 alter t.c"},
      {"sp_rename", ms, "EXEC sp_rename 'dbo.t.c', 'd', 'COLUMN'", "1:1 rename t.c"},
  };
  check(rows, std::size(rows));
}

TEST_CASE("sql facts: dynamic text and its places") {
  static constexpr Row rows[] = {
      {"concatenation over lines", pg, "DO $$ BEGIN\nEXECUTE 'DROP '\n || 'TABLE a'; END $$", "1:1 block; 2:1 dynamic<block; 2:10 drop a<dynamic<block"},
      {"behind doubled quotes", ora, "BEGIN EXECUTE IMMEDIATE 'UPDATE t SET a = ''x'' WHERE b IN (SELECT 1 FROM c@l)'; END;\n/",
       "1:1 block; 1:7 dynamic<block; 1:26 update T<dynamic<block; 1:75 external<update<dynamic<block"},
      {"a variable, the last value", ms, "DECLARE @s nvarchar(max) = N'DROP TABLE a'\nSET @s = N'DROP TABLE b'\nEXEC (@s)", "3:1 dynamic; 2:12 drop b<dynamic"},
      {"appended", ms, "DECLARE @s nvarchar(max) = N'DELETE FROM t'\nSET @s += N' WHERE a = 1'\nEXEC sp_executesql @s", "3:1 dynamic; 1:30 delete t<dynamic"},
      {"CHAR and QUOTENAME", ms, "EXEC sp_executesql @stmt = @x", "1:1 dynamic"},
      {"format", pg, "DO $$ BEGIN EXECUTE format('DROP TABLE %I.%s', 'public', 'a'); END $$", "1:1 block; 1:13 dynamic<block; 1:29 drop a<dynamic<block"},
      {"a skeleton", ora, "BEGIN EXECUTE IMMEDIATE 'DROP TABLE ' || x; END;\n/", "1:1 block; 1:7 dynamic<block; 1:26 drop<dynamic<block"},
      {"nothing known", pg, "DO $$ BEGIN EXECUTE x || ' DROP TABLE a'; END $$", "1:1 block; 1:13 dynamic<block"},
      {"a query fills the variable", ms, "DECLARE @q nvarchar(max) = N'' SELECT @q = @q + N'DROP TABLE a' FROM t EXEC (@q)", "1:72 dynamic"},
      {"a block in a text in a block", pg, "DO $$ BEGIN EXECUTE 'DO $x$ BEGIN DELETE FROM a; END $x$'; END $$",
       "1:1 block; 1:13 dynamic<block; 1:22 block<dynamic<block; 1:35 delete a<block<dynamic<block"},
      {"parsed by DBMS_SQL", ora, "BEGIN DBMS_SQL.PARSE(c, 'TRUNCATE TABLE a', 1); END;\n/", "1:1 block; 1:7 dynamic<block; 1:26 truncate A<dynamic<block"},
      {"elsewhere", ms, "EXEC ('DROP TABLE a') AT srv", "1:26 external"},
  };
  check(rows, std::size(rows));
}

TEST_CASE("sql facts: what runs and what does not") {
  static constexpr Row rows[] = {
      {"a body stays shut", pg, "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM a'", "1:1 create f"},
      {"a called body opens", pg, "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM a';\nSELECT f();", "1:1 create f; 1:51 delete a<create; 2:1 call f<select"},
      {"a called procedure opens", ms, "CREATE PROC p @a AS int AS DELETE a\nGO\nEXEC p 1", "1:1 create p; 1:28 delete a<create; 3:1 call p"},
      {"a local routine", ora, "DECLARE PROCEDURE p IS BEGIN DELETE FROM a; END; BEGIN p; END;\n/", "1:1 block; 1:9 subprogram P<block; 1:30 delete A<subprogram<block; 1:56 call P<block"},
      {"explained", pg, "EXPLAIN DELETE FROM a; EXPLAIN ANALYZE DELETE FROM b; EXPLAIN (ANALYZE off) DELETE FROM c", "1:40 delete b"},
      {"prepared", pg, "PREPARE p AS DELETE FROM a", "1:1 prepare p; 1:14 delete a<prepare"},
      {"handlers", ora, "BEGIN INSERT INTO a VALUES (1); EXCEPTION WHEN DUP_VAL_ON_INDEX THEN NULL; END;\n/", "1:1 block; 1:7 insert A<block; 1:43 handler<block"},
      {"branches", ms, "IF 1 = 1 BEGIN DELETE a DELETE b END ELSE DELETE c", "1:1 branch; 1:16 delete a<branch; 1:25 delete b<branch; 1:38 branch; 1:43 delete c<branch"},
      {"client and substitution", ora, "PROMPT x\nDELETE FROM a WHERE b = '&c'", "1:1 client; 2:1 delete A; 2:26 substitution"},
      {"a missing END", ora, "BEGIN\nIF a THEN NULL;\nEND;\n/\nDELETE FROM b;", "1:1 not-understood; 5:1 delete B"},
  };
  check(rows, std::size(rows));
}

TEST_CASE("sql facts: flags of data statements") {
  const auto flags = [](std::string_view text, Dialect dialect, Flag flag) {
    const TextDocument document(text, "test.sql");
    const auto script = backstay::sql::read_script(document, dialect, {});
    REQUIRE(!script.facts.empty());
    return script.facts.front().has(flag);
  };
  CHECK(flags("UPDATE t SET a = 1 WHERE Id = 'x' AND a = 2", pg, Flag::pins_id));
  CHECK(flags("UPDATE t SET a = 1 WHERE t.\"Id\" IN ('x', 'y')", pg, Flag::pins_id));
  CHECK_FALSE(flags("UPDATE t SET a = 1 WHERE Id = 'x' OR a = 2", pg, Flag::pins_id));
  CHECK_FALSE(flags("UPDATE t SET a = 1 WHERE Id IN (SELECT 1)", pg, Flag::pins_id));
  CHECK(flags("INSERT INTO t SELECT 1 WHERE NOT EXISTS (SELECT 1)", pg, Flag::row_guard));
  CHECK(flags("INSERT INTO t SELECT 1 FROM a LEFT JOIN t ON a.x = t.x WHERE t.x IS NULL", ms, Flag::row_guard));
  CHECK(flags("INSERT /*+ IGNORE_ROW_ON_DUPKEY_INDEX(t, pk) */ INTO t VALUES (1)", ora, Flag::row_guard));
  CHECK_FALSE(flags("INSERT INTO t SELECT 1 FROM a LEFT JOIN b ON a.x = b.x", ms, Flag::row_guard));
  CHECK(flags("UPDATE c SET a = 1 FROM t c JOIN u ON 1 = 1", ms, Flag::join_in_from));
  CHECK_FALSE(flags("UPDATE c SET a = 1 FROM t c, u", ms, Flag::join_in_from));
}

TEST_CASE("sql facts: over a limit there is a finding, never silence") {
  backstay::sql::Config config;
  config.limits.max_script_bytes = 20;
  CHECK(facts("SELECT 1; SELECT 2; DELETE FROM a", pg, config) == "1:1 not-understood");
  config.limits.max_script_bytes = 1 << 20;
  config.limits.max_statements = 2;
  CHECK(facts("DELETE FROM a; DELETE FROM b; DELETE FROM c; DELETE FROM d", pg, config) == "1:1 delete a; 1:16 delete b; 1:31 not-understood");
  CHECK(facts("DELETE a DELETE b DELETE c", ms, config) == "1:1 delete a; 1:10 delete b; 1:19 not-understood");
  config.limits.max_statements = 1000;
  config.limits.max_sql_nesting = 3;
  CHECK(facts("SELECT ((((1)))); DELETE FROM a", pg, config) == "1:1 not-understood; 1:19 delete a");
  CHECK(facts("BEGIN BEGIN BEGIN BEGIN BEGIN DELETE a END END END END END\nGO\nDELETE b", ms, config) == "1:1 not-understood; 3:1 delete b");
  CHECK(facts("BEGIN BEGIN BEGIN BEGIN BEGIN NULL; END; END; END; END; END;\n/\nDELETE FROM b;", ora, config) == "1:1 not-understood; 3:1 delete B");
  config.limits.max_dynamic_depth = 1;
  CHECK(facts("EXEC ('EXEC (''DELETE a'')')", ms, config) == "1:1 dynamic; 1:8 dynamic<dynamic; 1:8 not-understood<dynamic");
}

TEST_CASE("sql facts: masses of one sign are read in one pass") {
  backstay::sql::Config config;
  config.limits.max_script_bytes = 16 << 20;
  for (const char* piece : {"(", "'", "$$", "BEGIN ", "CASE ", "/*", "[", "IF a THEN ", "DO $$ BEGIN ", "&x ", "\\g\n"}) {
    std::string text;
    while (text.size() < (1u << 20)) text += piece;
    const TextDocument document(text, "test.sql");
    for (const Dialect dialect : {pg, ms, ora}) {
      CAPTURE(piece);
      const auto script = backstay::sql::read_script(document, dialect, config);
      CHECK(!script.facts.empty());
      CHECK(script.facts.size() <= 2 * config.limits.max_statements + 1);
    }
  }
}

TEST_CASE("sql dialect: signs of one server only") {
  const auto detected = [](std::string_view text) {
    const auto dialect = backstay::sql::detect_dialect(TextDocument(text, "test.sql"));
    return dialect ? std::string(to_string(*dialect)) : std::string("several");
  };
  CHECK(detected("UPDATE \"T\" SET \"A\" = 1 WHERE \"B\" = 'x';") == "several");
  CHECK(detected("IF OBJECT_ID(N'[dbo].[V]') IS NOT NULL\n DROP VIEW [dbo].[V]\nGO\n") == "mssql");
  CHECK(detected("DO $$ BEGIN PERFORM 1; END $$;") == "postgresql");
  CHECK(detected("CREATE TABLE \"A\" (\"Id\" VARCHAR2(38));\n/\n") == "oracle");
  CHECK(detected("@@install.sql\nPROMPT it's done\nSET SERVEROUTPUT ON\n") == "oracle");
  CHECK(detected("-- [dbo].[V] GO @x N'a'\nSELECT 'GETDATE() [dbo] GO' FROM t;") == "several");
}
