#include "core/target.hpp"

#include <doctest/doctest.h>

#include "tests/support/test_input.hpp"

using namespace backstay;

namespace {

constexpr const char* target = R"({"schema": "backstay.environment/1", "database": {"engine": "postgresql"},
  "tables": [{"name": "Contact", "schema": "public", "columns": ["Id", "Name", "TypeId"]}, "Account"], "views": ["VwContact"]})";

// "rule line:column" of each finding about the target.
std::string found(const std::string& sql, const char* environment = target) {
  PreflightOptions options;
  options.dialect = Dialect::postgresql;
  options.environment = deploy::parse_environment(environment, "target.json").value();
  Input input = testing::input_from({{"a.sql", sql}});
  input.path = "a.sql";
  input.is_folder = false;
  std::string text;
  for (const Finding& finding : preflight({input}, options, nullptr).findings) {
    if (!finding.rule.starts_with("order/")) continue;
    text += (text.empty() ? "" : "; ") + finding.rule + " " + std::to_string(finding.at.line) + ":" + std::to_string(finding.at.column);
  }
  return text;
}

}  // namespace

TEST_CASE("target: tables that a script changes have to be there") {
  CHECK(found("SELECT 1;\nUPDATE \"Kontakt\" SET \"Name\" = 'x';") == "order/unknown-table 2:1");
  CHECK(found("UPDATE contact SET name = 'x'; DELETE FROM public.\"Account\"; INSERT INTO \"VwContact\" VALUES (1);") == "");
  CHECK(found("CREATE INDEX i ON nowhere (a);").starts_with("order/unknown-table 1:"));
  CHECK(found("TRUNCATE \"Account\", nowhere;").starts_with("order/unknown-table 1:"));
  CHECK(found("ALTER TABLE nowhere ADD COLUMN a int;").starts_with("order/unknown-table 1:"));
  // Once for a table and script.
  CHECK(found("DELETE FROM nowhere;\nDELETE FROM nowhere;\nUPDATE nowhere SET a = 1;") == "order/unknown-table 1:1");
}

TEST_CASE("target: what a script makes, tests for or does not run is no concern") {
  CHECK(found("CREATE TABLE made (a int); INSERT INTO made VALUES (1);") == "");
  CHECK(found("CREATE TEMPORARY TABLE made (a int); INSERT INTO made VALUES (1);") == "");
  CHECK(found("ALTER TABLE IF EXISTS nowhere ADD COLUMN a int;") == "");
  CHECK(found("DO $$ BEGIN IF EXISTS (SELECT FROM pg_tables WHERE tablename = 'x') THEN DELETE FROM x; END IF; END $$;") == "");
  CHECK(found("CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM nowhere; END $$;") == "");
  CHECK(found("ALTER TABLE \"Account\" RENAME TO \"Firm\"; DELETE FROM \"Firm\";") == "");
  CHECK(found("DELETE FROM nowhere;", R"({"schema": "backstay.environment/1"})") == "");
}

TEST_CASE("target: columns that a script names have to be there") {
  CHECK(found("UPDATE \"Contact\" SET \"Nmae\" = 'x';") == "order/unknown-column 1:1");
  CHECK(found("INSERT INTO \"Contact\" (\"Id\", \"Fone\") VALUES (1, 2);") == "order/unknown-column 1:1");
  CHECK(found("ALTER TABLE \"Contact\" DROP COLUMN \"Fone\";").starts_with("order/unknown-column"));
  CHECK(found("UPDATE \"Contact\" SET \"Name\" = 'x', \"TypeId\" = NULL;") == "");
  CHECK(found("ALTER TABLE \"Contact\" ADD COLUMN \"Fone\" text; UPDATE \"Contact\" SET \"Fone\" = '';") == "");
  CHECK(found("UPDATE \"Account\" SET \"Anything\" = 1;") == "");  // its columns are not known
}
