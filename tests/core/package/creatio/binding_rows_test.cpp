#include "core/package/creatio/binding_rows.hpp"

#include <doctest/doctest.h>

#include "tests/support/test_input.hpp"

using namespace backstay;
using namespace backstay::creatio;

namespace {

std::string shown(const BindingValue& value) {
  switch (value.kind) {
    case BindingValue::Kind::absent: return "-";
    case BindingValue::Kind::null: return "null";
    case BindingValue::Kind::boolean: return value.boolean ? "true" : "false";
    case BindingValue::Kind::number: return "#" + value.text;
    case BindingValue::Kind::text: return "'" + value.text + "'";
  }
  return "";
}

std::string shown(const std::vector<std::vector<BindingValue>>& rows) {
  std::string out;
  for (const auto& row : rows) {
    for (const BindingValue& value : row) out += shown(value) + " ";
    out += "| ";
  }
  return out;
}

constexpr const char* descriptor = R"({"Descriptor": {"Name": "UsrStates", "InstallType": 3, "Schema": {"Name": "UsrState"}, "Columns": [
  {"ColumnUId": "ae0e45ca-c495-4fe7-a39d-3ab7278e1617", "IsKey": true, "IsForceUpdate": false},
  {"ColumnUId": "{736C30A7-C0EC-4FA9-B034-2552B319B633}", "IsForceUpdate": true, "ColumnName": "Name", "DataTypeValueUId": "ddb3a1ee-07e8-4d62-b7a9-d0e618b00fbd"},
  {"ColumnUId": "22222222-2222-2222-2222-222222222222", "ColumnName": "Parent", "DataTypeValueUId": "b295071f-7ea9-4e62-8d1a-919bf3732ff2"}]}})";

}  // namespace

TEST_CASE("binding rows: columns, typed values, and what a row does not say") {
  const auto read = read_binding_rows(descriptor, R"({"PackageData": [
    {"Row": [{"SchemaColumnUId": "736c30a7-c0ec-4fa9-b034-2552b319b633", "Value": "null"}, {"SchemaColumnUId": "AE0E45CA-C495-4FE7-A39D-3AB7278E1617", "Value": "id-1"},
             {"SchemaColumnUId": "22222222-2222-2222-2222-222222222222", "Value": "null", "DisplayValue": "x"}]},
    {"Row": [{"SchemaColumnUId": "736c30a7-c0ec-4fa9-b034-2552b319b633", "Value": 12345678901234567890.10}, {"SchemaColumnUId": "ae0e45ca-c495-4fe7-a39d-3ab7278e1617", "Value": true},
             {"SchemaColumnUId": "99999999-2222-2222-2222-222222222222", "Value": 1}]}]})",
                                      {{"ru-RU", R"({"PackageData": [{"Row": [{"SchemaColumnUId": "736c30a7-c0ec-4fa9-b034-2552b319b633", "Value": "Имя"}]}]})"}});
  REQUIRE(read.ok());
  CHECK(read.value().table == "UsrState");
  CHECK(read.value().install_type == 3);
  REQUIRE(read.value().columns.size() == 3);
  CHECK(read.value().columns[0].name == "Id");
  CHECK(read.value().columns[0].is_key);
  CHECK(read.value().columns[1].is_forced);
  CHECK(shown(read.value().rows) == "'id-1' 'null' null | true #12345678901234567890.10 - | ");
  REQUIRE(read.value().localizations.size() == 1);
  CHECK(read.value().localizations[0].culture == "ru-RU");
  CHECK(shown(read.value().localizations[0].rows) == "- 'Имя' - | ");
}

TEST_CASE("binding rows: an empty file means none, and damage has its place") {
  CHECK(read_binding_rows(descriptor, "", {}).value().rows.empty());
  CHECK(read_binding_rows("{}", "", {}).error().message == "no \"Descriptor\" object");
  CHECK(read_binding_rows(descriptor, "{\n\"PackageData\": [{}]}", {}).error().at.line == 2);
  CHECK_FALSE(read_binding_rows(descriptor, "[", {}).ok());
}

TEST_CASE("binding rows: those of the sample") {
  const std::string folder = "creatio/safe-loyalty/1.1/UsrBsLoyalty/Data/UsrBsLoyaltyTier_Tiers/";
  const auto read = read_binding_rows(testing::data_file(folder + "descriptor.json"), testing::data_file(folder + "data.json"), {});
  REQUIRE(read.ok());
  CHECK(read.value().table == "UsrBsLoyaltyTier");
  CHECK(read.value().rows.size() > 0);
  for (const auto& row : read.value().rows) CHECK(row[0].kind == BindingValue::Kind::text);
}
