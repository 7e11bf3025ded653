// T-SQL needs no semicolon: a statement ends where the next one begins. So whatever stands beside a
// statement must not change what it is, for every pair of complete statements.
#include <doctest/doctest.h>

#include <iterator>
#include <string>
#include <vector>

#include "core/sql/sql.hpp"

using namespace backstay;

namespace {

// Complete without a terminator, but for the few whose semicolon the manual demands.
constexpr const char* statements[] = {
    "SET NOCOUNT ON",
    "SET XACT_ABORT ON",
    "SET IDENTITY_INSERT dbo.T ON",
    "SET @x = 1",
    "SET @x += N'a'",
    "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
    "SET LOCK_TIMEOUT 500",
    "DECLARE @x int",
    "DECLARE @x int = 5, @y nvarchar(max)",
    "DECLARE @t TABLE (Id int)",
    "DECLARE c CURSOR LOCAL FAST_FORWARD FOR SELECT name FROM sys.tables",
    "DECLARE c2 CURSOR FOR SELECT name FROM sys.tables ORDER BY name FOR READ ONLY",
    "OPEN c",
    "FETCH NEXT FROM c INTO @name",
    "CLOSE c",
    "DEALLOCATE c",
    "SELECT 1",
    "SELECT * FROM dbo.Contact",
    "SELECT @x = COUNT(*) FROM dbo.Contact WHERE Name = 'x'",
    "SELECT a.* FROM dbo.A a LEFT JOIN dbo.B b ON b.Id = a.Id",
    "SELECT Id INTO #t FROM dbo.Contact",
    "SELECT Id FROM dbo.A UNION ALL SELECT Id FROM dbo.B",
    "SELECT Id FROM dbo.A WHERE Id IN (SELECT Id FROM dbo.B) ORDER BY Id OFFSET 1 ROWS FETCH NEXT 5 ROWS ONLY",
    "SELECT Name FROM dbo.A FOR XML PATH('')",
    "SELECT CASE WHEN a = 1 THEN 2 ELSE 3 END",
    "SELECT Id FROM dbo.A WITH (NOLOCK)",
    "INSERT INTO dbo.T (A) VALUES (1)",
    "INSERT INTO dbo.T (A) SELECT A FROM dbo.U",
    "INSERT dbo.T DEFAULT VALUES",
    "INSERT INTO #r EXEC dbo.UsrGet",
    "INSERT INTO dbo.T SELECT A FROM dbo.U WHERE NOT EXISTS (SELECT 1 FROM dbo.T t WHERE t.A = 1)",
    "UPDATE dbo.T SET A = 1",
    "UPDATE dbo.T SET A = 1 WHERE B = 2",
    "UPDATE t SET t.A = u.A FROM dbo.T t INNER JOIN dbo.U u ON u.Id = t.Id",
    "UPDATE dbo.T SET A = CASE WHEN B = 1 THEN 2 ELSE 3 END WHERE C = 1",
    "DELETE FROM dbo.T WHERE A = 1",
    "DELETE dbo.T",
    "DELETE t FROM dbo.T t JOIN dbo.U u ON u.Id = t.Id",
    "TRUNCATE TABLE dbo.T",
    "DROP TABLE dbo.T",
    "DROP TABLE IF EXISTS dbo.T",
    "DROP VIEW dbo.V",
    "DROP INDEX IX ON dbo.T",
    "CREATE TABLE dbo.T (Id int)",
    "CREATE TABLE #t (Id int)",
    "CREATE INDEX IX ON dbo.T (A)",
    "CREATE UNIQUE INDEX IX ON dbo.T (A) WITH (ONLINE = ON)",
    "ALTER TABLE dbo.T ADD A int NULL",
    "ALTER TABLE dbo.T ADD A int NOT NULL DEFAULT 0",
    "ALTER TABLE dbo.T ADD CONSTRAINT DF DEFAULT (0) FOR A",
    "ALTER TABLE dbo.T ADD CONSTRAINT FK FOREIGN KEY (A) REFERENCES dbo.U (Id) ON DELETE CASCADE",
    "ALTER TABLE dbo.T DROP COLUMN A",
    "ALTER TABLE dbo.T DROP CONSTRAINT DF",
    "ALTER TABLE dbo.T ALTER COLUMN A int NULL",
    "ALTER TABLE dbo.T NOCHECK CONSTRAINT ALL",
    "ALTER TABLE dbo.T WITH CHECK CHECK CONSTRAINT ALL",
    "ALTER TABLE dbo.T DISABLE TRIGGER ALL",
    "ALTER TABLE dbo.T ENABLE TRIGGER ALL",
    "ALTER INDEX IX ON dbo.T REBUILD",
    "UPDATE STATISTICS dbo.T",
    "EXEC dbo.UsrProc",
    "EXEC dbo.UsrProc @a = 1, @b = N'x'",
    "EXEC sp_rename 'dbo.T.A', 'B', 'COLUMN'",
    "EXEC (@sql)",
    "EXEC sp_executesql @sql",
    "EXECUTE @rc = dbo.UsrProc",
    "PRINT 'x'",
    "PRINT @x",
    "RAISERROR ('x', 16, 1)",
    "RAISERROR (@m, 16, 1) WITH NOWAIT",
    "BEGIN TRAN",
    "COMMIT",
    "COMMIT TRAN",
    "ROLLBACK TRANSACTION",
    "SAVE TRAN a",
    "WAITFOR DELAY '00:00:01'",
    "RETURN",
    "USE master",
    "GRANT SELECT ON dbo.T TO x",
    "DENY SELECT ON dbo.T TO x",
    "REVOKE SELECT ON dbo.T FROM x",
    "DBCC CHECKIDENT ('dbo.T', RESEED, 0)",
    R"(BULK INSERT dbo.T FROM 'C:\x.csv')",
    R"(BULK INSERT dbo.T FROM 'C:\x.csv' WITH (FIRSTROW = 2))",
    "MERGE dbo.T AS t USING dbo.U AS s ON s.Id = t.Id WHEN MATCHED THEN DELETE;",
    "IF @x = 1 PRINT 'y'",
    "IF EXISTS (SELECT 1 FROM dbo.T) DELETE dbo.T",
    "IF OBJECT_ID('dbo.T') IS NULL BEGIN PRINT 'x' END",
    "IF @x = 1 PRINT 'a' ELSE PRINT 'b'",
    "WHILE @x < 1 SET @x = @x + 1",
    "BEGIN SELECT 1 END",
    "BEGIN TRY SELECT 1 END TRY BEGIN CATCH THROW END CATCH",
    "DISABLE TRIGGER dbo.TR ON dbo.T;",
    "ENABLE TRIGGER ALL ON dbo.T;",
    "EXECUTE AS USER = 'x'",
    "REVERT",
    "CREATE SEQUENCE dbo.S START WITH 1",
    "CREATE SYNONYM dbo.SY FOR dbo.T",
    "CREATE STATISTICS ST ON dbo.T (A)",
    "CREATE TYPE dbo.TY FROM nvarchar(50)",
    "CREATE USER u FOR LOGIN l",
    "ALTER ROLE r ADD MEMBER m",
    "ALTER DATABASE CURRENT SET RECOVERY SIMPLE",
    R"(BACKUP DATABASE x TO DISK = N'D:\x.bak')",
    "RECONFIGURE",
    "KILL 55",
    "CHECKPOINT",
    "GOTO done",
    "OPEN SYMMETRIC KEY k DECRYPTION BY CERTIFICATE c",
    "CLOSE SYMMETRIC KEY k",
    "EXEC sp_configure 'x', 1",
    "SELECT NEXT VALUE FOR dbo.S",
    "DELETE TOP (10) FROM dbo.T OUTPUT deleted.Id INTO #g",
    "UPDATE TOP (10) dbo.T SET A = 1 OUTPUT inserted.Id WHERE B = 1 OPTION (MAXDOP 1)",
    "SELECT 1 OPTION (RECOMPILE)",
    "SELECT Id FROM dbo.A GROUP BY Id HAVING COUNT(*) > 1",
    "DECLARE @h uniqueidentifier = NEWID()",
    "SELECT TOP (1) Id FROM dbo.A ORDER BY Id DESC",
    "ALTER SCHEMA archive TRANSFER dbo.V",
    "ADD SIGNATURE TO dbo.P BY CERTIFICATE c",
    "EXEC ('SELECT 1') AT srv",
    "SELECT @a = b.c FROM dbo.B b CROSS APPLY (SELECT TOP 1 c FROM dbo.C) x",
};

std::string kinds(const std::string& script) {
  std::string text;
  for (const auto& statement : sql::list_statements(TextDocument(script, "s.sql"), Dialect::mssql, {})) {
    text += statement.kind + "/" + statement.context + " ";
  }
  return text;
}

}  // namespace

TEST_CASE("t-sql: a statement is the same beside any other") {
  std::vector<std::string> alone;
  for (const char* statement : statements) {
    alone.push_back(kinds(statement));
    CAPTURE(statement);
    // The kind is the statement's first word, or begins with it.
    const std::string word = std::string(statement).substr(0, std::string(statement).find(' '));
    CHECK(alone.back().starts_with(word == "EXECUTE" ? "EXEC" : word));
  }
  std::size_t pairs = 0;
  for (std::size_t a = 0; a < std::size(statements); ++a) {
    for (std::size_t b = 0; b < std::size(statements); ++b) {
      const std::string both = std::string(statements[a]) + "\n" + statements[b];
      const std::string found = kinds(both);
      ++pairs;
      if (found == alone[a] + alone[b]) continue;
      CAPTURE(both);
      CHECK(found == alone[a] + alone[b]);
    }
  }
  CHECK(pairs > 10'000);
}
