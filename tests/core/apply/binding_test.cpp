#include "core/apply/binding.hpp"

#include <doctest/doctest.h>

using namespace backstay;
using namespace backstay::apply;

namespace {

#define KEY "ae0e45ca-c495-4fe7-a39d-3ab7278e1617"
#define NAME "736c30a7-c0ec-4fa9-b034-2552b319b633"
#define OWNER "11111111-c0ec-4fa9-b034-2552b319b633"
#define ON "22222222-c0ec-4fa9-b034-2552b319b633"
constexpr std::string_view descriptor = R"({"Descriptor": {"Name": "B", "Schema": {"Name": "Usr\"Tier"}, "Columns": [
  {"ColumnUId": ")" KEY R"(", "ColumnName": "Id", "IsKey": true},
  {"ColumnUId": ")" NAME R"(", "ColumnName": "Name", "IsForceUpdate": true},
  {"ColumnUId": ")" OWNER R"(", "ColumnName": "OwnerId", "DataTypeValueUId": "b295071f-7ea9-4e62-8d1a-919bf3732ff2"},
  {"ColumnUId": ")" ON R"(", "ColumnName": "On"}]}})";

std::string statements(std::string_view data, std::optional<int> type, db::Engine engine, std::vector<std::pair<std::string, std::string_view>> texts = {}) {
  const auto sql = binding_statements({descriptor, data, std::move(texts)}, type, engine);
  return sql.ok() ? sql.value() : "error: " + sql.error().message;
}

}  // namespace

TEST_CASE("bindings: rows become an update of the forced columns and an insert of what is missing") {
  const std::string_view row = R"({"PackageData": [{"Row": [{"SchemaColumnUId": ")" KEY R"(", "Value": "1"}, {"SchemaColumnUId": ")" NAME R"(", "Value": "O'Brien"},
    {"SchemaColumnUId": ")" OWNER R"(", "Value": "null"}, {"SchemaColumnUId": ")" ON R"(", "Value": true}, {"SchemaColumnUId": "gone", "Value": 1}]}]})";
  const std::string update = "UPDATE \"Usr\"\"Tier\" SET \"Name\" = 'O''Brien' WHERE \"Id\" = '1';\n";
  CHECK(statements(row, 0, db::Engine::postgresql) ==
        update + "INSERT INTO \"Usr\"\"Tier\" (\"Id\", \"Name\", \"OwnerId\", \"On\") SELECT '1', 'O''Brien', NULL, true WHERE NOT EXISTS"
                 " (SELECT 1 FROM \"Usr\"\"Tier\" WHERE \"Id\" = '1');\n");
  CHECK(statements(row, 0, db::Engine::sqlite).find("NULL, 1 WHERE NOT EXISTS") != std::string::npos);
  CHECK(statements(row, 1, db::Engine::postgresql) == update);
}

TEST_CASE("bindings: a localized column comes from the translation of its row, English first") {
  const std::string_view row = R"({"PackageData": [{"Row": [{"SchemaColumnUId": ")" KEY R"(", "Value": "1"}]}]})";
  const auto text = [](const char* id, const char* name) {
    return std::string(R"({"PackageData": [{"Row": [{"SchemaColumnUId": ")" KEY R"(", "Value": ")") + id + R"("}, {"SchemaColumnUId": ")" NAME R"(", "Value": ")" + name + R"("}]}]})";
  };
  const std::string ukrainian = text("1", "Bronza"), english = text("1", "Bronze"), other = text("2", "Gold");
  CHECK(statements(row, 1, db::Engine::sqlite, {{"uk-UA", ukrainian}, {"en-US", english}}) == "UPDATE \"Usr\"\"Tier\" SET \"Name\" = 'Bronze' WHERE \"Id\" = '1';\n");
  CHECK(statements(row, 1, db::Engine::sqlite, {{"uk-UA", ukrainian}}) == "UPDATE \"Usr\"\"Tier\" SET \"Name\" = 'Bronza' WHERE \"Id\" = '1';\n");
  CHECK(statements(row, 1, db::Engine::sqlite, {{"en-US", other}}).empty());
}

TEST_CASE("bindings: what cannot be written says why") {
  CHECK(statements("", 0, db::Engine::sqlite).empty());
  CHECK(statements(R"({"PackageData": []})", 0, db::Engine::sqlite).empty());
  CHECK(statements(R"({"PackageData": [{"Row": [{"SchemaColumnUId": ")" NAME R"(", "Value": "x"}]}]})", 0, db::Engine::sqlite) ==
        "error: a row of the binding has no key");
  const auto no_key = binding_statements({R"({"Descriptor": {"Schema": {"Name": "T"}, "Columns": [{"ColumnUId": ")" NAME R"(", "ColumnName": "A"}]}})",
                                          R"({"PackageData": [{"Row": []}]})", {}}, 0, db::Engine::sqlite);
  REQUIRE_FALSE(no_key.ok());
  CHECK(no_key.error().message == "no column of the binding identifies its rows");
}
