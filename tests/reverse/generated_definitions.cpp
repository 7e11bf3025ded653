// Statements that change definitions, over the tables, views, routines and sequences of generated_database.cpp.
#include "tests/reverse/generated_database.hpp"

namespace backstay::test {

std::string Generator::alter_table(const GeneratedDatabase& database, const GeneratedTable& table) {
  const std::string alter = "ALTER TABLE " + table.name + " ";
  const GeneratedColumn& column = table.columns[some_column(table, false)];
  const std::string n = std::to_string(++fresh_);
  switch (below(16)) {
    case 0: return alter + "ADD COLUMN \"New " + n + "\" " + (chance(50) ? "text" : "integer NOT NULL DEFAULT 7");
    case 1: return alter + "DROP COLUMN " + column.name + (chance(40) ? " CASCADE" : "");
    case 2: return alter + "ALTER COLUMN " + column.name + " TYPE text";
    case 3: return alter + "ALTER COLUMN " + column.name + " TYPE varchar(200) USING 'short ' || " + column.name + "::text";
    case 4: return alter + "ALTER COLUMN " + column.name + (column.nullable ? " SET NOT NULL" : " DROP NOT NULL");
    case 5: return alter + "ALTER COLUMN " + column.name + " SET DEFAULT " + value(column.type, false);
    case 6: return alter + "ALTER COLUMN " + column.name + " DROP DEFAULT, ADD \"Other " + n + "\" date";
    case 7: return alter + "ADD CONSTRAINT \"Check " + n + "\" CHECK (" + column.name + " IS NOT NULL OR true)";
    case 8: return table.code.empty() ? alter + "ADD UNIQUE (" + column.name + ")" : alter + "DROP CONSTRAINT " + constraint(table, "Code_key");
    case 9: return alter + "RENAME COLUMN " + column.name + " TO \"Renamed " + n + "\"";
    case 10: return alter + "RENAME TO \"Table " + n + "\"";
    case 11: return alter + "SET (fillfactor = 70)";
    case 12: return alter + "ENABLE ROW LEVEL SECURITY; CREATE POLICY p" + n + " ON " + table.name + " USING (true)";
    case 13: return alter + "DISABLE TRIGGER USER";
    case 14: return "DO $do$ BEGIN ALTER TABLE " + table.name + " ADD COLUMN \"Late " + n + "\" int; COMMENT ON TABLE " + table.name + " IS 'from a block'; END $do$";
    default: return alter + "SET SCHEMA " + (table.name[0] == '"' ? "app" : "\"My Schema\"") + "; " + insert_row(database, database.tables[below(database.tables.size())]);
  }
}

// A constraint's name as the server makes it up.
std::string Generator::constraint(const GeneratedTable& table, const std::string& ending) {
  std::string bare = table.relation.substr(table.relation.find('.') + 1);
  if (bare[0] == '"') bare = bare.substr(1, bare.size() - 2);
  return "\"" + bare + "_" + ending + "\"";
}

std::string Generator::definition(const GeneratedDatabase& database) {
  const GeneratedTable& table = database.tables[below(database.tables.size())];
  const GeneratedColumn& column = table.columns[some_column(table, false)];
  const std::string n = std::to_string(++fresh_);
  switch (below(30)) {
    case 0: return "CREATE INDEX \"Index " + n + "\" ON " + table.name + " (" + column.name + ")";
    case 1: return "DROP INDEX app.by_note";
    case 2: return "CREATE TABLE app.made" + n + " (id int PRIMARY KEY, t text); INSERT INTO app.made" + n + " VALUES (1, 'x'); UPDATE app.made" + n + " SET t = 'y'";
    case 3: return "CREATE TABLE app.copy" + n + " AS SELECT * FROM " + table.name;
    case 4: return "DROP TABLE " + table.name;
    case 5: return "DROP TABLE IF EXISTS " + table.name + " CASCADE";
    case 6: return "CREATE OR REPLACE VIEW app.summary AS SELECT a, b, a AS \"More " + n + "\" FROM app.simple";
    case 7: return "CREATE OR REPLACE VIEW app.summary AS SELECT a, b FROM app.simple WHERE a > " + n;
    case 8: return "DROP VIEW app.above";
    case 9: return "DROP VIEW app.summary CASCADE";
    case 10: return "DROP VIEW app.above; DROP VIEW app.summary; CREATE VIEW app.summary AS SELECT b, a FROM app.simple; GRANT SELECT ON app.summary TO PUBLIC";
    case 11: return "CREATE OR REPLACE FUNCTION app.plus(a int) RETURNS int LANGUAGE sql AS 'SELECT a + " + n + "'";
    case 12: return "CREATE FUNCTION app.plus(a int, b int) RETURNS int LANGUAGE sql AS 'SELECT a + b'";
    case 13: return "DROP FUNCTION app.plus(int)";
    case 14: return "DROP FUNCTION IF EXISTS app.plus; CREATE FUNCTION app.plus(a int) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'";
    case 15: return "CREATE TRIGGER late" + n + " BEFORE UPDATE ON app.simple FOR EACH ROW EXECUTE FUNCTION app.nothing()";
    case 16: return chance(50) ? "DROP TRIGGER guard ON app.simple" : "ALTER TABLE app.simple DISABLE TRIGGER guard";
    case 17: return "COMMENT ON COLUMN " + table.name + "." + column.name + " IS 'it''s " + n + "'";
    case 18: return chance(50) ? "GRANT SELECT, UPDATE ON " + table.name + " TO backstay_reader" : "REVOKE SELECT ON app.simple FROM backstay_reader";
    case 19: return "SELECT setval('app.counter', " + n + ")";
    case 20: return "ALTER SEQUENCE app.counter INCREMENT BY 5 MAXVALUE 999999";
    case 21: return "CREATE SEQUENCE app.seq" + n;
    case 22: return chance(50) ? "DROP SEQUENCE app.counter" : "ALTER SEQUENCE app.counter RENAME TO counter" + n;
    case 23: return "CREATE TYPE app.kind" + n + " AS ENUM ('a', 'b'); CREATE DOMAIN app.dom" + n + " AS text CHECK (value <> '')";
    case 24: return "ALTER VIEW app.summary RENAME TO \"Summary " + n + "\"";
    case 25: return "ALTER FUNCTION app.plus(int) RENAME TO plus" + n;
    case 26: return "CREATE SCHEMA sch" + n + "; CREATE TABLE sch" + n + ".t (a int)";
    case 27: return "CREATE MATERIALIZED VIEW app.mat" + n + " AS SELECT * FROM app.simple";
    case 28: return "ALTER TABLE app.simple DROP CONSTRAINT simple_pkey CASCADE";
    default: return alter_table(database, table);
  }
}

}  // namespace backstay::test
