// The tables of dialects.md: what looks the same in three dialects and is not.
#include <doctest/doctest.h>

#include <string>

#include "core/sql/sql.hpp"

using backstay::Dialect;
using backstay::TextDocument;

namespace {

constexpr Dialect pg = Dialect::postgresql, ms = Dialect::mssql, ora = Dialect::oracle;

// "1 SELECT, 3 DROP-TABLE in branch": line, kind, and the context unless it is the top.
std::string statements(std::string_view script, Dialect dialect) {
  const TextDocument document(script, "test.sql");
  std::string out;
  for (const auto& statement : backstay::sql::list_statements(document, dialect, {})) {
    if (!out.empty()) out += ", ";
    out += std::to_string(statement.line) + ' ' + statement.kind;
    if (statement.context != "top") out += " in " + statement.context;
  }
  return out;
}

struct Row {
  const char* what;
  Dialect dialect;
  std::string script;
  const char* expected;
};

}  // namespace

TEST_CASE("sql splitter: comments, literals and names") {
  const Row rows[] = {
      {"nothing at all", pg, "", ""},
      {"comments only", ms, "-- one\n/* two */", ""},
      {"semicolons only", pg, ";;\n;", ""},
      {"block comments nest", pg, "/* a /* b */ DROP TABLE x; */ SELECT 1", "1 SELECT"},
      {"block comments nest", ms, "/* a /* b */ DROP TABLE x; */ SELECT 1", "1 SELECT"},
      {"block comments do not nest", ora, "/* a /* b */ DROP TABLE x; /* c */ SELECT 1 FROM dual", "1 DROP-TABLE, 1 SELECT"},
      {"a backslash is data", pg, "SELECT 'C:\\'; DROP TABLE x; --'", "1 SELECT, 1 DROP-TABLE"},
      {"a backslash escapes", pg, "SELECT E'C:\\'; DROP TABLE x; --'", "1 SELECT"},
      {"doubled quotes", ms, "SELECT 'it''s; DROP TABLE x' SELECT 2", "1 SELECT, 1 SELECT"},
      {"unicode literal and name", pg, "SELECT U&'\\0441;' AS U&\"d;\\0061\"; SELECT 2", "1 SELECT, 1 SELECT"},
      {"dollar tags are case-sensitive", pg, "SELECT $A$ ; $a$ ; $A$; SELECT 2", "1 SELECT, 1 SELECT"},
      {"a dollar inside a name is no quote", pg, "SELECT a$$b FROM t; SELECT 1 AS c$$d", "1 SELECT, 1 SELECT"},
      {"parameters are no quotes", pg, "SELECT $1; SELECT $2", "1 SELECT, 1 SELECT"},
      {"operators stop before comments", pg, "SELECT 1--1;\n; SELECT 5 @-1, a - -1", "1 SELECT, 2 SELECT"},
      {"brackets quote", ms, "SELECT [a]];DROP TABLE x] DELETE y", "1 SELECT, 1 DELETE"},
      {"a quoted identifier", ms, "SELECT \"a\"\"; DELETE\" FROM t", "1 SELECT"},
      {"a double-quoted literal", ms, "SET QUOTED_IDENTIFIER OFF\nPRINT \"it's; DELETE x\"", "1 SET, 2 PRINT"},
      {"oracle quotes: pairs", ora, "SELECT q'[it's; DROP]' FROM dual; SELECT Q'{a}' FROM dual", "1 SELECT, 1 SELECT"},
      {"oracle quotes: any sign", ora, "SELECT nq'#x';#' FROM dual; SELECT q'!y!' FROM dual", "1 SELECT, 1 SELECT"},
      {"oracle quotes: a keyword touches", ora, "BEGIN IF x = 'FOO'THEN NULL; END IF; END;\n/", "1 BLOCK, 1 IF in block, 1 NULL in branch"},
      {"a slash line inside a literal", ora, "SELECT '\n/\n' FROM dual;\nSELECT 2 FROM dual", "1 SELECT, 4 SELECT"},
      {"blanks that are none", pg, "SELECT\xC2\xA0""1;\xE3\x80\x80SELECT\xEF\xBB\xBF 2", "1 SELECT, 1 SELECT"},
      {"Ctrl-Z at the end", ms, "SELECT 1\nGO\n\x1A\r\n", "1 SELECT"},
      {"lone CR ends a line", ms, "SELECT 1\rGO\rSELECT 2", "1 SELECT, 3 SELECT"},
      {"a literal never closed", ms, "SELECT 1\nGO\nPRINT 'x\nGO", "1 SELECT, 3 NOT-UNDERSTOOD"},
      {"a comment never closed", ora, "SELECT 1 FROM dual;\n/* x", "1 SELECT, 2 NOT-UNDERSTOOD"},
      {"a bracket never closed", pg, "SELECT (1;\nDROP TABLE x;", "1 NOT-UNDERSTOOD, 2 DROP-TABLE"},
      {"a bracket closed twice", pg, "SELECT 1);\nDROP TABLE x;", "1 NOT-UNDERSTOOD, 2 DROP-TABLE"},
      {"no known word", pg, "UPDAET t SET a = 1; SELECT 1", "1 NOT-UNDERSTOOD, 1 SELECT"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CAPTURE(row.script);
    CHECK(statements(row.script, row.dialect) == row.expected);
  }
}

TEST_CASE("sql splitter: postgresql") {
  const Row rows[] = {
      {"a rule with two statements", pg, "CREATE RULE r AS ON UPDATE TO t DO (DELETE FROM a; DELETE FROM b); SELECT 1", "1 CREATE-RULE, 1 SELECT"},
      {"BEGIN ATOMIC", pg, "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END; SELECT 2; END; SELECT 3", "1 CREATE-FUNCTION, 1 SELECT"},
      {"BEGIN alone", pg, "BEGIN; SELECT 1; END;", "1 BEGIN, 1 SELECT, 1 END"},
      {"copied data", pg, "COPY t FROM stdin;\n1;DROP TABLE x;\n\\\\.\n\\.\nSELECT 1;", "1 COPY, 5 SELECT"},
      {"psql commands", pg, "\\set x 1\nSELECT 1 \\g\nSELECT 2;\n\\if :x \\\\ SELECT 3;\n\\endif", "1 CLIENT-COMMAND, 2 SELECT, 2 CLIENT-COMMAND, 3 SELECT, 4 CLIENT-COMMAND, 4 SELECT, 5 CLIENT-COMMAND"},
      {"a psql separator", pg, "SELECT 1 \\; SELECT 2;", "1 SELECT, 1 SELECT"},
      {"DO with its code first or last", pg, "DO LANGUAGE plpgsql $$BEGIN NULL; END$$; DO 'BEGIN PERFORM 1; END' LANGUAGE plpgsql",
       "1 DO, 1 NULL in block, 1 DO, 1 PERFORM in block"},
      {"nested blocks", pg,
       "DO $$\nDECLARE v int := 1;\nBEGIN\n<<l>>\nFOR i IN 1..3 LOOP\nIF v = 1 THEN\nDELETE FROM a;\nELSE\nv := CASE WHEN i > 1 THEN 2 ELSE 3 END;\nEND IF;\nEND LOOP l;\nEXCEPTION WHEN others THEN\nRAISE;\nEND $$",
       "1 DO, 5 FOR in block, 6 IF in loop, 7 DELETE in branch, 9 ASSIGN in branch, 13 RAISE in handler"},
      {"a block that does not close", pg, "DO $$ BEGIN IF a THEN x := 1; END $$; SELECT 1", "1 DO, 1 SELECT"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CAPTURE(row.script);
    CHECK(statements(row.script, row.dialect) == row.expected);
  }
}

TEST_CASE("sql splitter: T-SQL without semicolons") {
  const Row rows[] = {
      {"GO with count and comment", ms, "SELECT 1\n  go 2 -- twice\nSELECT 2\nGO\nGO", "1 SELECT, 3 SELECT"},
      {"GO that is none", ms, "SELECT 1 AS [GO]\nSELECT @go, go_1 FROM t\nSELECT 'x\nGO\n'", "1 SELECT, 2 SELECT, 3 SELECT"},
      {"a body runs to the end of its batch", ms, "CREATE PROC p AS BEGIN SELECT 1 END\nUPDATE t SET a = 1\nGO\nUPDATE t SET a = 2", "1 CREATE-PROCEDURE, 4 UPDATE"},
      {"INSERT SELECT, INSERT EXEC", ms, "INSERT a SELECT 1 INSERT INTO b (c) EXEC p INSERT c DEFAULT VALUES SELECT 2", "1 INSERT, 1 INSERT, 1 INSERT, 1 SELECT"},
      {"UNION", ms, "SELECT 1 UNION ALL SELECT 2 EXCEPT SELECT 3 SELECT 4", "1 SELECT, 1 SELECT"},
      {"SET of UPDATE and of a variable", ms, "UPDATE t SET a = 1 SET @x = 2 SET NOCOUNT ON\nUPDATE t SET b = 2", "1 UPDATE, 1 SET, 1 SET, 2 UPDATE"},
      {"CTE behind a semicolon and without", ms, "SELECT 1;WITH a AS (SELECT 1 x) UPDATE a SET x = 2 WITH b AS (SELECT 1 y) DELETE FROM b", "1 SELECT, 1 UPDATE, 1 DELETE"},
      {"table hints are no CTE", ms, "SELECT * FROM t WITH (NOLOCK) UPDATE t WITH (ROWLOCK) SET a = 1", "1 SELECT, 1 UPDATE"},
      {"MERGE holds UPDATE, INSERT, DELETE", ms, "MERGE t USING s ON a = b WHEN MATCHED THEN UPDATE SET c = 1 WHEN NOT MATCHED THEN INSERT (a) VALUES (1) WHEN NOT MATCHED BY SOURCE THEN DELETE; DELETE x", "1 MERGE, 1 DELETE"},
      {"join hints", ms, "SELECT * FROM a INNER MERGE JOIN b ON 1 = 1 OPTION (MERGE JOIN) DELETE c", "1 SELECT, 1 DELETE"},
      {"keys act on DELETE and UPDATE", ms, "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES b (c) ON DELETE SET NULL ON UPDATE CASCADE DELETE t", "1 ALTER-TABLE, 1 DELETE"},
      {"ALTER TABLE has actions that start statements", ms, "ALTER TABLE t DROP COLUMN a ALTER TABLE t ALTER COLUMN b int ALTER TABLE t ENABLE TRIGGER ALL DROP TABLE t", "1 ALTER-TABLE, 1 ALTER-TABLE, 1 ALTER-TABLE, 1 DROP-TABLE"},
      {"grant lists", ms, "GRANT SELECT, INSERT, DELETE ON t TO u WITH GRANT OPTION REVOKE EXECUTE ON p FROM u DENY UPDATE ON t TO u SELECT 1", "1 GRANT, 1 REVOKE, 1 DENY, 1 SELECT"},
      {"IF of DROP and IF of control", ms, "DROP TABLE IF EXISTS t IF EXISTS (SELECT 1) DROP VIEW v ELSE DROP VIEW w", "1 DROP-TABLE, 1 IF, 1 DROP-VIEW in branch, 1 DROP-VIEW in branch"},
      {"guards take one statement", ms, "IF NOT EXISTS (SELECT 1)\nINSERT a VALUES (1)\nINSERT b VALUES (2)", "1 IF, 2 INSERT in branch, 3 INSERT"},
      {"CASE has END and ELSE", ms, "SELECT CASE WHEN 1 = 1 THEN 2 ELSE 3 END SELECT 4", "1 SELECT, 1 SELECT"},
      {"TRY and CATCH", ms, "BEGIN TRY\nDELETE a\nEND TRY\nBEGIN CATCH\nROLLBACK TRAN;\nTHROW\nEND CATCH", "1 BEGIN-TRY, 2 DELETE in block, 4 BEGIN-CATCH in block, 5 ROLLBACK in handler, 6 THROW in handler"},
      {"transactions are no blocks", ms, "BEGIN TRAN DELETE a COMMIT BEGIN DELETE b END", "1 BEGIN-TRANSACTION, 1 DELETE, 1 COMMIT, 1 BEGIN, 1 DELETE in block"},
      {"cursors", ms, "DECLARE c CURSOR FOR SELECT 1 FOR UPDATE OPEN c FETCH NEXT FROM c INTO @a CLOSE c DEALLOCATE c", "1 DECLARE, 1 OPEN, 1 FETCH, 1 CLOSE, 1 DEALLOCATE"},
      {"OFFSET FETCH", ms, "SELECT 1 ORDER BY 1 OFFSET 5 ROWS FETCH NEXT 5 ROWS ONLY DELETE a", "1 SELECT, 1 DELETE"},
      {"labels", ms, "again: SET @i = 1 IF @i < 3 GOTO again SELECT 1", "1 LABEL, 1 SET, 1 IF, 1 GOTO in branch, 1 SELECT"},
      {"a bare call starts a batch only", ms, "sp_help 'x'\nGO\nSELECT 1", "1 CALL, 3 SELECT"},
      {"sqlcmd lines", ms, ":setvar x 1\n!!dir\nSELECT $(x)", "1 CLIENT-COMMAND, 2 CLIENT-COMMAND, 3 SELECT"},
      {"a block that does not close", ms, "BEGIN DELETE a\nGO\nSELECT 1", "1 NOT-UNDERSTOOD, 3 SELECT"},
      {"ALTER DATABASE has SET and ROLLBACK", ms, "ALTER DATABASE d SET SINGLE_USER WITH ROLLBACK IMMEDIATE SELECT 1", "1 ALTER-DATABASE, 1 SELECT"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CAPTURE(row.script);
    CHECK(statements(row.script, row.dialect) == row.expected);
  }
}

TEST_CASE("sql splitter: oracle units and lines") {
  const Row rows[] = {
      {"slash lines", ora, "BEGIN NULL; END;\n /  \nDELETE FROM a\n/\n/\n", "1 BLOCK, 1 NULL in block, 3 DELETE"},
      {"division is no slash line", ora, "SELECT 1\n/ 2 FROM dual;\nSELECT 2 FROM dual", "1 SELECT, 3 SELECT"},
      {"a unit without a slash", ora, "CREATE OR REPLACE FUNCTION f RETURN NUMBER IS BEGIN RETURN 1; END;\nDELETE FROM a;", "1 CREATE-FUNCTION, 2 DELETE"},
      {"a package body with nested blocks", ora,
       "CREATE PACKAGE BODY p AS\nFUNCTION a RETURN NUMBER IS\nFUNCTION b RETURN NUMBER IS BEGIN RETURN 1; END;\nBEGIN\nBEGIN NULL; END;\nRETURN CASE WHEN 1 = 1 THEN 2 ELSE 3 END;\nEND;\nBEGIN\nNULL;\nEND p;\n/\nDELETE FROM t;",
       "1 CREATE-PACKAGE-BODY, 12 DELETE"},
      {"types and call specifications have no BEGIN", ora, "CREATE TYPE t AS OBJECT (a NUMBER);\nCREATE FUNCTION j RETURN NUMBER AS LANGUAGE JAVA NAME 'x';\nDELETE FROM a;", "1 CREATE-TYPE, 2 CREATE-FUNCTION, 3 DELETE"},
      {"a compound trigger", ora, "CREATE TRIGGER t FOR INSERT ON a COMPOUND TRIGGER\nAFTER STATEMENT IS BEGIN NULL; END AFTER STATEMENT;\nEND t;\n/\nDELETE FROM a;", "1 CREATE-TRIGGER, 5 DELETE"},
      {"WITH FUNCTION", ora, "WITH FUNCTION f RETURN NUMBER IS BEGIN RETURN 1; END; SELECT f FROM dual;\n/\nDELETE FROM a;", "1 SELECT, 3 DELETE"},
      {"SQL*Plus lines", ora, "SET DEFINE OFF\nPROMPT it's\n@file.sql\nSET ROLE NONE;\nWHENEVER SQLERROR -\n EXIT 1\nEXIT;", "1 CLIENT-COMMAND, 2 CLIENT-COMMAND, 3 CLIENT-COMMAND, 4 SET, 5 CLIENT-COMMAND, 7 CLIENT-COMMAND"},
      {"EXIT inside a block is PL/SQL", ora, "BEGIN LOOP\nEXIT;\nEND LOOP; END;\n/", "1 BLOCK, 1 LOOP in block, 2 EXIT in loop"},
      {"methods of collections", ora, "BEGIN v.DELETE; v.EXTEND(2); DELETE v; END;\n/", "1 BLOCK, 1 CALL in block, 1 CALL in block, 1 DELETE in block"},
      {"conditional compilation", ora, "BEGIN\n$IF $$d $THEN\nDELETE FROM a;\n$ELSE\nDELETE FROM b;\n$END\nEND;\n/", "1 BLOCK, 3 DELETE in block, 5 DELETE in block"},
      {"FORALL", ora, "BEGIN FORALL i IN 1..v.COUNT UPDATE t SET a = 1 WHERE b = v(i); END;\n/", "1 BLOCK, 1 UPDATE in loop"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CAPTURE(row.script);
    CHECK(statements(row.script, row.dialect) == row.expected);
  }
}
