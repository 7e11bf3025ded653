// Scripts for servers that are not at hand: at least our own splitter has to read all of them; and what is said of
// statements that cannot be taken back. tests/reverse proves the others on real servers.
#include <doctest/doctest.h>

#include "core/rollback/reverse.hpp"
#include "core/rollback/sql_text.hpp"

using backstay::Dialect;
using backstay::TextDocument;
using namespace backstay::rollback;

namespace {

ReverseScripts made(const char* script, Server server, const std::vector<KnownTable>& known = {}) {
  ReverseOptions options;
  options.server = server;
  options.known = known;
  return reverse_scripts(TextDocument(script, "test.sql"), options, {});
}

// Kinds that the splitter does not understand in a script.
std::string not_understood(const std::string& script, Dialect dialect) {
  const TextDocument document(script, "made.sql");
  std::string out;
  for (const auto& statement : backstay::sql::list_statements(document, dialect, {})) {
    if (statement.kind == "NOT-UNDERSTOOD") out += std::to_string(statement.line) + ": " + script.substr(statement.begin, 60) + "\n";
  }
  return out;
}

std::string classes(const ReverseScripts& scripts) {
  std::string out;
  for (const ReversePiece& piece : scripts.pieces) out += (out.empty() ? "" : " ") + std::string(to_string(piece.reverse_class));
  return out;
}

constexpr const char* tsql =
    "UPDATE dbo.SysProcess SET IsActive = 1 WHERE IsActive = 0\n"
    "DELETE c FROM dbo.Contact c JOIN x ON x.id = c.id WHERE x.a = 1\n"
    "IF EXISTS (SELECT 1 FROM t) INSERT INTO t (a, b) VALUES (1, 2) ELSE DELETE FROM t\nGO\n"
    "CREATE OR ALTER VIEW dbo.v AS SELECT 1 AS a\nGO\n"
    "ALTER TABLE dbo.t ADD c int NOT NULL DEFAULT 3\nDROP TABLE IF EXISTS dbo.old\n"
    "MERGE INTO dbo.t AS a USING dbo.s AS b ON a.i = b.i WHEN MATCHED THEN UPDATE SET x = 1;\n"
    "TRUNCATE TABLE dbo.t\nEXEC sp_rename 'dbo.a', 'b'\n";

constexpr const char* plsql =
    "UPDATE SysProcess SET IsActive = 1 WHERE IsActive = 0;\nINSERT INTO t (a) SELECT a FROM s;\nDELETE FROM \"T\" x WHERE x.a = 'it''s';\n"
    "CREATE OR REPLACE VIEW v AS SELECT 1 AS a FROM dual;\nBEGIN\n  UPDATE t SET a = 1;\nEND;\n/\nALTER TABLE t ADD (c NUMBER);\nDROP TABLE old;\n"
    "MERGE INTO t USING s ON (t.i = s.i) WHEN MATCHED THEN UPDATE SET a = 1;\n"
    "CREATE OR REPLACE PROCEDURE p AS\nBEGIN\n  NULL;\nEND p;\n/\n";

}  // namespace

TEST_CASE("reverse scripts: our splitter reads what is written for each server") {
  struct Row { Server server; Dialect dialect; const char* script; };
  static constexpr Row rows[] = {{Server::mssql, Dialect::mssql, tsql},
                                 {Server::oracle, Dialect::oracle, plsql},
                                 {Server::postgresql, Dialect::postgresql, "UPDATE t SET a = 1; DROP TABLE u; ALTER TABLE t DROP COLUMN b; INSERT INTO t VALUES (1)"}};
  for (const Row& row : rows) {
    CAPTURE(to_string(row.server));
    const ReverseScripts scripts = made(row.script, row.server);
    CHECK(not_understood(scripts.capture_script, row.dialect) == "");
    CHECK(not_understood(scripts.reverse_script, row.dialect) == "");
    CHECK(not_understood(scripts.discard_script, row.dialect) == "");
    CHECK(scripts.verified == (row.server == Server::postgresql));
  }
}

TEST_CASE("reverse scripts: T-SQL captures with OUTPUT, inside control flow too") {
  const ReverseScripts scripts = made(tsql, Server::mssql);
  CHECK(scripts.capture_script.find("UPDATE dbo.SysProcess SET IsActive = 1\nOUTPUT deleted.* INTO backstay_capture.s1_rows\nWHERE IsActive = 0;") != std::string::npos);
  CHECK(scripts.capture_script.find("EXISTS (SELECT 1 FROM t) BEGIN\nEXEC #backstay_before") != std::string::npos);
  CHECK(scripts.capture_script.find("INSERT INTO t (a, b)\nOUTPUT inserted.* INTO") != std::string::npos);
}

// One line of each script, its class, and what its capture or its way back has to hold.
TEST_CASE("reverse scripts: definitions on SQL Server and Oracle come back by the catalogue") {
  struct Row { Server server; const char* script; const char* expected; const char* holds; };
  static constexpr Row rows[] = {
      {Server::mssql, "ALTER TABLE dbo.t DROP COLUMN d", "needs-review", "#backstay_before_parts 1, N'dbo.t', N'd'"},
      {Server::mssql, "ALTER TABLE t ALTER COLUMN e nvarchar(50) NOT NULL", "needs-review", "#backstay_before_parts 1, N't', N'e'"},
      {Server::mssql, "DROP INDEX ix ON dbo.t", "safe", "#backstay_before_parts 1, N'dbo.t'"},
      {Server::mssql, "GRANT SELECT ON dbo.t TO public", "safe", "#backstay_before_parts"},
      {Server::mssql, "DISABLE TRIGGER tr ON dbo.t", "safe", "#backstay_before_parts 1, N'dbo.t'"},
      {Server::mssql, "EXEC sp_rename 'dbo.t.a', 'b', 'COLUMN'", "safe", "EXEC sp_rename"},
      {Server::mssql, "DBCC CHECKIDENT('dbo.t', RESEED, 1)", "needs-review", "N'counter'"},
      {Server::mssql, "EXEC('CREATE VIEW dbo.w AS SELECT 1 AS a')", "safe", "#backstay_before_module"},
      {Server::mssql, "ALTER SCHEMA x TRANSFER dbo.t", "not-undone", ""},
      {Server::mssql, "EXEC('DROP TABLE dbo.t')", "not-undone", ""},
      {Server::oracle, "ALTER TABLE t DROP COLUMN d", "needs-review", "backstay_parts.keep("},
      {Server::oracle, "ALTER TABLE t MODIFY (e NOT NULL)", "needs-review", "backstay_parts.keep("},
      {Server::oracle, "ALTER TRIGGER tr DISABLE", "safe", "backstay_parts.keep("},
      {Server::oracle, "DROP PACKAGE p", "safe", "'PACKAGE_BODY'"},
      {Server::oracle, "BEGIN\n  EXECUTE IMMEDIATE 'CREATE TABLE x (a NUMBER)';\nEND;\n/", "needs-review", "backstay_parts.keep("},
      {Server::oracle, "DROP TABLE old PURGE", "not-undone", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.script);
    const ReverseScripts scripts = made(row.script, row.server);
    CHECK(classes(scripts) == row.expected);
    CHECK((scripts.pieces.at(0).before + scripts.pieces.at(0).reverse).find(row.holds) != std::string::npos);
    CHECK(not_understood(scripts.capture_script, dialect_of(row.server)) == "");
    CHECK(not_understood(scripts.reverse_script, dialect_of(row.server)) == "");
  }
}

TEST_CASE("reverse scripts: every reason has its Russian form, and scripts speak it") {
  const backstay::Words russian(backstay::Language::ru);
  static constexpr struct { Server server; const char* script; } rows[] = {{Server::mssql, tsql}, {Server::oracle, plsql},
      {Server::postgresql, "DROP TABLE a; ALTER TABLE t DROP COLUMN b; ALTER TABLE t ADD c int; CREATE TABLE n (a int); TRUNCATE t; DO $$ BEGIN EXECUTE x; END $$; CALL p(); SELECT f(a) FROM t; "
                           "UPDATE t SET a = f(1); CREATE ROLE r; ALTER SYSTEM SET a = 1; DROP SCHEMA s; GRANT ALL ON ALL TABLES IN SCHEMA s TO r; ALTER TYPE t ADD VALUE 'x'; COPY t FROM PROGRAM 'cat'; UPDATE t SET a = ((1"},
      {Server::sqlite, "UPDATE t SET a = 1; DROP VIEW v; CREATE TABLE n (a int)"}};
  for (const auto& row : rows) {
    for (const ReversePiece& piece : made(row.script, row.server).pieces) {
      for (const std::string& reason : piece.reasons) CHECK_MESSAGE(russian.knows(reason), reason);
    }
    ReverseOptions options;
    options.server = row.server;
    options.words = &russian;
    const ReverseScripts scripts = reverse_scripts(TextDocument(row.script, "test.sql"), options, {});
    CHECK(scripts.capture_script.find("-- Выполните его вместо исходного") != std::string::npos);
    CHECK(not_understood(scripts.reverse_script, dialect_of(row.server)) == "");
  }
}

TEST_CASE("reverse scripts: a table that is known to have no key is no surprise at run time") {
  CHECK(classes(made("UPDATE t SET a = 1", Server::postgresql, {{"", "t", {}, {"a"}}})) == "not-undone");
  CHECK(classes(made("TRUNCATE t", Server::postgresql, {{"", "t", {}, {"a"}}})) == "needs-review");
}

TEST_CASE("reverse scripts: a routine in an expression may write") {
  CHECK(classes(made("SELECT app.f(a) FROM t", Server::postgresql)) == "needs-review");
  CHECK(classes(made("SELECT lower(a), count(*) FROM t", Server::postgresql)) == "unchanged");
  CHECK(classes(made("DO $x$ BEGIN PERFORM app.f(a) FROM t; END $x$", Server::postgresql)) == "needs-review");
  CHECK(classes(made("UPDATE t SET a = app.f(b) WHERE c = 1", Server::postgresql)) == "needs-review");
  CHECK(classes(made("INSERT INTO t (a, b) VALUES (1, numeric(3))", Server::postgresql)) == "safe");
}

TEST_CASE("reverse scripts: what cannot be taken back says so") {
  struct Row { const char* script; const char* expected; };
  static constexpr Row rows[] = {
      {"SELECT 1", "unchanged"},
      {"UPDATE t SET a = 1", "safe"},
      {"CREATE INDEX i ON t (a)", "safe"},
      {"ALTER TABLE t DROP COLUMN a", "needs-review"},
      {"TRUNCATE t", "needs-review"},
      {"ALTER TYPE t ADD VALUE 'x'", "not-undone"},
      {"DROP SCHEMA s CASCADE", "not-undone"},
      {"ALTER SYSTEM SET work_mem = '1GB'", "not-undone"},
      {"DO $$ BEGIN EXECUTE 'DROP TABLE ' || x; END $$", "not-undone"},
      {"GRANT ALL ON ALL TABLES IN SCHEMA s TO r", "not-undone"},
      {"CREATE ROLE r", "not-undone"},
      {"COPY t FROM PROGRAM 'cat'", "not-undone"},
      {"UPDATE t SET a = ((1", "not-undone"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.script);
    const ReverseScripts scripts = made(row.script, Server::postgresql);
    CHECK(classes(scripts) == row.expected);
    for (const ReversePiece& piece : scripts.pieces) {
      if (piece.reverse_class >= ReverseClass::needs_review) CHECK(!piece.reasons.empty());
    }
  }
}

TEST_CASE("reverse scripts: SQLite needs to know the key") {
  CHECK(classes(made("UPDATE t SET a = 1", Server::sqlite)) == "not-undone");
  CHECK(classes(made("UPDATE t SET a = 1", Server::sqlite, {{"", "t", {"id"}, {"id", "a"}}})) == "safe");
  CHECK(classes(made("UPDATE t SET id = 1", Server::sqlite, {{"", "t", {"id"}, {"id", "a"}}})) == "not-undone");
}

TEST_CASE("reverse scripts: the same text has the same id, another text another") {
  CHECK(made("UPDATE t SET a = 1", Server::postgresql).script_id == made("UPDATE t SET a = 1", Server::mssql).script_id);
  CHECK(made("UPDATE t SET a = 1", Server::postgresql).script_id != made("UPDATE t SET a = 2", Server::postgresql).script_id);
}

TEST_CASE("reverse scripts: a dollar quote of ours inside the script does no harm") {
  const ReverseScripts scripts = made("UPDATE t SET a = 1 WHERE b = '$backstay$'", Server::postgresql);
  CHECK(scripts.capture_script.find("$backstay1$SELECT") != std::string::npos);
}
