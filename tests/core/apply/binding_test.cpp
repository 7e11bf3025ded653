#include "core/apply/binding.hpp"

#include <doctest/doctest.h>

using namespace backstay;
using namespace backstay::apply;

namespace {

constexpr std::string_view descriptor = R"({"Descriptor": {"Name": "B", "Schema": {"Name": "Usr\"Tier"}, "Columns": [
  {"ColumnUId": "k", "ColumnName": "Id", "IsKey": true},
  {"ColumnUId": "n", "ColumnName": "Name", "IsForceUpdate": true},
  {"ColumnUId": "l", "ColumnName": "OwnerId", "DataTypeValueUId": "b295071f-7ea9-4e62-8d1a-919bf3732ff2"},
  {"ColumnUId": "b", "ColumnName": "On"}]}})";

std::string statements(std::string_view data, std::optional<int> type, db::Engine engine) {
  const auto sql = binding_statements(descriptor, data, type, engine);
  return sql.ok() ? sql.value() : "error: " + sql.error().message;
}

}  // namespace

TEST_CASE("bindings: rows become an update of the forced columns and an insert of what is missing") {
  const std::string_view row = R"({"PackageData": [{"Row": [{"SchemaColumnUId": "k", "Value": "1"}, {"SchemaColumnUId": "n", "Value": "O'Brien"},
    {"SchemaColumnUId": "l", "Value": "null"}, {"SchemaColumnUId": "b", "Value": true}, {"SchemaColumnUId": "gone", "Value": 1}]}]})";
  const std::string update = "UPDATE \"Usr\"\"Tier\" SET \"Name\" = 'O''Brien' WHERE \"Id\" = '1';\n";
  CHECK(statements(row, 0, db::Engine::postgresql) ==
        update + "INSERT INTO \"Usr\"\"Tier\" (\"Id\", \"Name\", \"OwnerId\", \"On\") SELECT '1', 'O''Brien', NULL, true WHERE NOT EXISTS"
                 " (SELECT 1 FROM \"Usr\"\"Tier\" WHERE \"Id\" = '1');\n");
  CHECK(statements(row, 0, db::Engine::sqlite).find("NULL, 1 WHERE NOT EXISTS") != std::string::npos);
  CHECK(statements(row, 1, db::Engine::postgresql) == update);
}

TEST_CASE("bindings: what cannot be written says why") {
  CHECK(statements("", 0, db::Engine::sqlite).empty());
  CHECK(statements(R"({"PackageData": []})", 0, db::Engine::sqlite).empty());
  CHECK(statements(R"({"PackageData": [{"Row": [{"SchemaColumnUId": "n", "Value": "x"}]}]})", 0, db::Engine::sqlite) ==
        "error: a row of the binding has no key");
  const auto no_key = binding_statements(R"({"Descriptor": {"Schema": {"Name": "T"}, "Columns": [{"ColumnUId": "a", "ColumnName": "A"}]}})",
                                         R"({"PackageData": []})", 0, db::Engine::sqlite);
  REQUIRE_FALSE(no_key.ok());
  CHECK(no_key.error().message == "no column of the binding identifies its rows");
}
