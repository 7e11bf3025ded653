// Snapshots: a change and its opposite are no difference, everything else is one.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "core/deploy/environment.hpp"
#include "core/schema/difference.hpp"
#include "native-plugin/db/take_snapshot.hpp"
#include "tests/drivers/conformance.hpp"

namespace backstay::db::test {

namespace {

// Stands in for SHA-256: what is compared here is equality.
std::string plain_digest(std::string_view bytes) { return std::to_string(std::hash<std::string_view>()(bytes)); }

schema::Snapshot snapshot_of(Driver& driver) {
  auto taken = take_snapshot(driver, true, plain_digest);
  if (!taken.ok()) FAIL(taken.error().message);
  return taken.value();
}

struct Change {
  const char* what;
  const char* script;
  const char* sentence;  // that one of the differences says; nullptr: no difference
};

void expect(Driver& driver, const Change& change) {
  const std::string what = change.what;
  CAPTURE(what);
  const schema::Snapshot before = snapshot_of(driver);
  REQUIRE(driver.begin().ok());
  run_or_fail(driver, change.script);
  const schema::Snapshot after = snapshot_of(driver);
  REQUIRE(driver.rollback().ok());
  const auto differences = schema::differences(before, after);
  std::string all;
  for (const auto& difference : differences) all += schema::sentence(difference) + "\n";
  CAPTURE(all);
  const bool same = before.schema_digest == after.schema_digest && before.data_digest == after.data_digest;
  CHECK(same == differences.empty());
  if (!change.sentence) {
    CHECK(differences.empty());
  } else {
    CHECK(all.find(change.sentence) != std::string::npos);
  }
  const schema::Snapshot again = snapshot_of(driver);
  CHECK(again.schema_digest == before.schema_digest);
  CHECK(again.data_digest == before.data_digest);
}

}  // namespace

void postgres_snapshots(Driver& driver) {
  run_or_fail(driver, R"(
    CREATE TYPE mood AS ENUM ('ok', 'bad'); CREATE DOMAIN short AS varchar(5) CHECK (length(VALUE) > 1);
    CREATE TABLE city(id int PRIMARY KEY, name text NOT NULL);
    CREATE TABLE contact(id serial PRIMARY KEY, city int REFERENCES city ON DELETE CASCADE, "E Mail" text DEFAULT 'x', feels mood, note short);
    CREATE INDEX contact_city ON contact(city); COMMENT ON COLUMN contact.city IS 'where';
    CREATE VIEW contact_names AS SELECT c.id, t.name FROM contact c JOIN city t ON t.id = c.city;
    CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT n * 2';
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER touched BEFORE UPDATE ON contact FOR EACH ROW EXECUTE FUNCTION touch();
    INSERT INTO city VALUES (1, 'Oslo'), (2, 'Pune'); INSERT INTO contact(city, feels) VALUES (1, 'ok'), (2, NULL);)");
  constexpr Change changes[] = {
      {"nothing", "SELECT 1", nullptr},
      {"a row rewritten", "UPDATE city SET name = name", nullptr},
      {"a column there and back", "ALTER TABLE city ADD COLUMN x int; ALTER TABLE city DROP COLUMN x", nullptr},
      {"names there and back", "ALTER TABLE city RENAME TO town; ALTER TABLE town RENAME TO city", nullptr},
      {"a grant there and back", "GRANT SELECT ON city TO PUBLIC; REVOKE SELECT ON city FROM PUBLIC", nullptr},
      {"tables of ours", "CREATE TABLE backstay_x(a int); CREATE SCHEMA backstay; CREATE TABLE backstay.y(a int)", nullptr},
      {"rows swapped", "UPDATE city SET name = CASE id WHEN 1 THEN 'Pune' ELSE 'Oslo' END", "table public.city: other values in its 2 rows"},
      {"a row more", "INSERT INTO city VALUES (3, 'Lima')", "table public.city: 2 rows became 3"},
      {"a row doubled in another table", "CREATE TABLE k(a int); INSERT INTO k VALUES (1), (1)", "table public.k is new"},
      {"column type", "DROP VIEW contact_names; ALTER TABLE city ALTER COLUMN name TYPE varchar(50)", "column name changed from 2 text not null to 2 character varying(50) not null"},
      {"default", "ALTER TABLE contact ALTER \"E Mail\" SET DEFAULT 'y'", "column E Mail changed"},
      {"column order", "ALTER TABLE contact DROP COLUMN \"E Mail\"; ALTER TABLE contact ADD COLUMN \"E Mail\" text DEFAULT 'x'", "column feels changed from 4"},
      {"constraint", "ALTER TABLE city ADD CONSTRAINT named CHECK (name <> '')", "table public.city: constraint named is new"},
      {"constraint rule", "ALTER TABLE contact DROP CONSTRAINT contact_city_fkey; ALTER TABLE contact ADD CONSTRAINT contact_city_fkey FOREIGN KEY (city) REFERENCES city", "constraint contact_city_fkey changed"},
      {"index", "DROP INDEX contact_city", "index contact_city is gone"},
      {"view", "CREATE OR REPLACE VIEW contact_names AS SELECT c.id, upper(t.name) AS name FROM contact c JOIN city t ON t.id = c.city", "view public.contact_names: definition changed"},
      {"function", "CREATE OR REPLACE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT n + n'", "routine public.twice(n integer): definition changed"},
      {"function with other arguments", "CREATE FUNCTION twice(n text) RETURNS int LANGUAGE sql AS 'SELECT 1'", "routine public.twice(n text) is new"},
      {"trigger", "ALTER TABLE contact DISABLE TRIGGER touched", "trigger touched changed"},
      {"label", "ALTER TYPE mood ADD VALUE 'fine' AFTER 'ok'", "type public.mood: label"},
      {"domain", "ALTER DOMAIN short SET DEFAULT 'xy'", "type public.short: definition changed"},
      {"sequence", "ALTER SEQUENCE contact_id_seq INCREMENT 2", "sequence public.contact_id_seq: definition changed"},
      {"comment", "COMMENT ON COLUMN contact.city IS 'home'", "comment city changed from where to home"},
      {"grant", "GRANT SELECT, INSERT ON city TO PUBLIC", "grant PUBLIC is new: INSERT, SELECT"},
      {"row security", "ALTER TABLE city ENABLE ROW LEVEL SECURITY", "storage changed"},
      {"schema", "CREATE SCHEMA more", "schema more is new"},
      {"table gone", "DROP TABLE city CASCADE", "table public.city is gone"},
  };
  for (const Change& change : changes) expect(driver, change);
}

void sqlite_snapshots(Driver& driver) {
  run_or_fail(driver, R"(
    CREATE TABLE city(id INTEGER PRIMARY KEY, name TEXT NOT NULL /* of it */ DEFAULT 'a  b');
    CREATE TABLE contact(id INTEGER PRIMARY KEY, city INT REFERENCES city(id) ON DELETE CASCADE, mail TEXT);
    CREATE INDEX contact_city ON contact(city); CREATE VIEW names AS SELECT name FROM city;
    CREATE TRIGGER touched AFTER UPDATE ON contact BEGIN SELECT 1; END;
    INSERT INTO city VALUES (1, 'Oslo'), (2, 'Pune'); INSERT INTO contact VALUES (1, 1, NULL), (2, 2, 'x');)");
  constexpr Change changes[] = {
      {"nothing", "SELECT 1", nullptr},
      {"a column there and back", "ALTER TABLE city ADD COLUMN x INT; ALTER TABLE city DROP COLUMN x", nullptr},
      {"names there and back", "ALTER TABLE city RENAME TO town; ALTER TABLE town RENAME TO city", nullptr},
      {"written in another way", "DROP VIEW names; create view \"names\"  as select -- it\n name FROM city", nullptr},
      {"tables of ours", "CREATE TABLE backstay_x(a); CREATE INDEX backstay_y ON backstay_x(a)", nullptr},
      {"rows swapped", "UPDATE city SET name = CASE id WHEN 1 THEN 'Pune' ELSE 'Oslo' END", "table city: other values in its 2 rows"},
      {"types of values", "UPDATE contact SET mail = x'78' WHERE id = 2", "table contact: other values"},
      {"a row more", "INSERT INTO city VALUES (3, 'Lima')", "table city: 2 rows became 3"},
      {"blanks inside a string", "DROP VIEW names; CREATE VIEW names AS SELECT 'a  b' FROM city", "view names: sql changed"},
      {"column", "ALTER TABLE city ADD COLUMN x INT DEFAULT 5", "column x is new: 3 INT default 5"},
      {"index", "DROP INDEX contact_city", "index contact_city is gone"},
      {"trigger", "DROP TRIGGER touched", "trigger touched is gone"},
      {"view", "DROP VIEW names", "view names is gone"},
      {"table gone", "DROP TABLE contact", "table contact is gone"},
  };
  for (const Change& change : changes) expect(driver, change);
}

// What `backstay snapshot` prints is read back as it was meant.
void environment_of_a_database(Driver& driver) {
  const bool pg = driver.info().engine == Engine::postgresql;
  run_or_fail(driver, std::string("CREATE TABLE \"SysPackage\"(\"Id\" int PRIMARY KEY, \"UId\" ") + (pg ? "uuid" : "text") +
                          ", \"Name\" varchar(250) NOT NULL DEFAULT '', \"Version\" text, \"Maintainer\" text);"
                          "INSERT INTO \"SysPackage\" VALUES (1, '012e2e14-082b-ac2b-da5a-2fc87bad41d4', 'UsrCalls', '1.4.0', 'Customer'), (2, '112e2e14-082b-ac2b-da5a-2fc87bad41d4', 'Base', NULL, 'Creatio');"
                          "CREATE TABLE \"OrigamModelVersion\"(\"Id\" int, \"refSchemaExtensionId\" text, \"Version\" text, \"DateUpdated\" timestamp);"
                          "INSERT INTO \"OrigamModelVersion\" VALUES (1, '147fa70d-6519-4393-b5d0-87931f9fd609', '5.1.8', NULL)");
  auto described = describe_environment(driver, true, plain_digest);
  if (!described.ok()) FAIL(described.error().message);
  CAPTURE(described.value());
  auto read = deploy::parse_environment(described.value(), "environment.json");
  if (!read.ok()) FAIL(read.error().message);
  const deploy::Environment& environment = read.value();
  CHECK(driver.info().product == (pg ? "PostgreSQL " : "SQLite ") + environment.server_version);
  CHECK(environment.server_version.find_first_not_of("0123456789.") == std::string::npos);
  REQUIRE(environment.packages.size() == 2);
  CHECK(environment.find("", "UsrCalls") != nullptr);
  CHECK(environment.find("012e2e14-082b-ac2b-da5a-2fc87bad41d4", "") != nullptr);
  REQUIRE(environment.origam_versions.size() == 1);
  const deploy::EnvironmentTable* table = environment.table("SysPackage");
  REQUIRE(table != nullptr);
  CHECK(table->rows == std::optional<std::int64_t>(2));
  REQUIRE(table->columns.has_value());
  REQUIRE(table->columns->size() == 5);
  for (const deploy::EnvironmentColumn& column : *table->columns) {
    if (column.name != "Name") continue;
    CHECK(column.type == (pg ? "character varying(250)" : "varchar(250)"));
    CHECK(column.nullable == std::optional<bool>(false));
  }
}

TEST_CASE("snapshots go through their document unchanged") {
  Rows rows;
  rows.rows.push_back({Value::of("table"), Value::of("public.\"a b\""), Value::of("column"), Value::of("x\ty"), Value::of("1 text default 'é\"'")});
  rows.rows.push_back({Value::of("table"), Value::of("public.\"a b\""), Value::of("owner"), Value::of(""), Value::of("me")});
  schema::Snapshot snapshot = schema::read_catalogue(rows, Engine::postgresql, "PostgreSQL 15.18", plain_digest);
  Rows data;
  data.rows.push_back({Value::of(std::int64_t{0}), Value::of(std::int64_t{7}), Value::of("1:2")});
  schema::add_data(snapshot, data);
  schema::finish_data(snapshot, plain_digest);
  const std::string text = schema::snapshot_json(snapshot);
  auto read = schema::parse_snapshot(text, "snapshot.json");
  REQUIRE(read.ok());
  CHECK(schema::snapshot_json(read.value()) == text);
  CHECK(schema::differences(snapshot, read.value()).empty());
  CHECK_FALSE(schema::parse_snapshot("{}", "x").ok());
  CHECK_FALSE(schema::parse_snapshot("{\"schema\": \"backstay.snapshot/1\"}", "x").ok());
}

}  // namespace backstay::db::test
