#include "core/deploy/environment.hpp"

#include <doctest/doctest.h>

using namespace backstay;
using namespace backstay::deploy;

namespace {

// "id|name|version" of each package, or "line:column message".
std::string outcome(std::string_view text) {
  const auto read = read_environment(text, "target.json");
  if (!read.ok()) return std::to_string(read.error().at.line) + ":" + std::to_string(read.error().at.column) + " " + read.error().message;
  std::string out;
  for (const InstalledPackage& package : read.value()) out += package.id + "|" + package.name + "|" + package.version.value_or("-") + "\n";
  return out;
}

}  // namespace

TEST_CASE("environment: both forms") {
  CHECK(outcome("") == "");
  CHECK(outcome("# stored\r\nRoot 5.1.8\r\n\r\n  Sales Desk\t1.10  \nCrtCore\n{951F2CDA-2867-4B99-8824-071FA8749EAD} 5.3.1") ==
        "|Root|5.1.8\n|Sales Desk|1.10\n|CrtCore|-\n951f2cda-2867-4b99-8824-071fa8749ead||5.3.1\n");
  CHECK(outcome("\xEF\xBB\xBF{\"schema\": \"backstay.environment/1\", \"database\": {\"engine\": \"mssql\"}, \"packages\": [{\"name\": \"CrtCore\"}],"
                "\"origam_versions\": [{\"id\": \"951F2CDA28674B998824071FA8749EAD\", \"version\": \"5\"}], \"more\": 1}") ==
        "|CrtCore|-\n951f2cda-2867-4b99-8824-071fa8749ead||5\n");
  const auto parsed = parse_environment("{\"schema\": \"backstay.environment/1\", \"database\": {\"engine\": \"oracle\"}}", "t");
  REQUIRE(parsed.ok());
  CHECK(parsed.value().engine == Dialect::oracle);
}

TEST_CASE("environment: damage has its place") {
  CHECK(outcome("{\n\"schema\": 1}").starts_with("2:1"));
  CHECK(outcome("{\n\"packages\": [}").starts_with("2:"));
  CHECK(outcome("{\"schema\": \"backstay.environment/2\"}").find("expected \"schema\"") != std::string::npos);
  CHECK(outcome("{\"schema\": \"backstay.environment/1\",\n\"packages\": [{\"version\": \"1\"}]}").starts_with("2:"));
  CHECK(outcome("{\"schema\": \"backstay.environment/1\", \"packages\": 7}").find("\"packages\" is no list") != std::string::npos);
  CHECK(outcome("{\"schema\": \"backstay.environment/1\", \"database\": {\"engine\": \"db2\"}}").find("unknown database engine \"db2\"") != std::string::npos);
  CHECK(outcome(std::string_view("\0\0\0", 3)).find("no description") != std::string::npos);
}

TEST_CASE("environment: what is known beyond names and versions") {
  const auto read = parse_environment(R"({"schema": "backstay.environment/1", "packages_complete": false,
    "packages": [{"name": "UsrA", "maintainer": "Customer", "modified": "2026-05-01T10:00:00.123Z", "locked": true,
      "scripts": [{"name": "S", "id": "{A51F2CDA-2867-4B99-8824-071FA8749EAD}", "modified": "/Date(1777629600123)/", "engine": "postgresql",
                   "install_type": "AfterSchemaData", "backward_compatible": false, "text": "SELECT 1;"}],
      "schemas": [], "data_bindings": null}],
    "tables": [{"name": "Contact", "schema": "public", "rows": 12, "columns": [{"name": "Id", "type": "uuid", "nullable": false}, "Name"]}, "Account"],
    "jobs": [{"kind": "import", "table": "Contact"}, {"kind": "export"}, {"kind": "import", "blocks": false}]})", "target.json");
  REQUIRE(read.ok());
  const Environment& environment = read.value();
  CHECK_FALSE(environment.packages_complete);
  const InstalledPackage* package = environment.find("", "UsrA");
  REQUIRE(package);
  CHECK(package->modified_ms == 1777629600123);
  CHECK(package->locked == true);
  REQUIRE(package->scripts);
  const InstalledScript& script = package->scripts->front();
  CHECK(script.id == "a51f2cda-2867-4b99-8824-071fa8749ead");
  CHECK(script.modified_ms == package->modified_ms);
  CHECK(script.engine == Dialect::postgresql);
  CHECK(script.install_type == InstallType::after_schema_data);
  CHECK(script.backward_compatible == false);
  CHECK(script.text == "SELECT 1;");
  CHECK(package->schemas->empty());
  CHECK_FALSE(package->data_bindings.has_value());
  REQUIRE(environment.table("contact"));
  CHECK(environment.table("dbo.Contact")->columns->back().name == "Name");
  CHECK(environment.table("Account"));
  CHECK_FALSE(environment.table("Lead"));
  REQUIRE(environment.jobs);
  CHECK(is_blocking(environment.jobs->at(0)));
  CHECK_FALSE(is_blocking(environment.jobs->at(1)));
  CHECK_FALSE(is_blocking(environment.jobs->at(2)));
}

TEST_CASE("environment: views are tables without columns, and packages have dependencies") {
  const auto read = parse_environment(R"({"schema": "backstay.environment/1", "tables": [{"name": "Contact"}], "views": [{"name": "VwContact", "schema": "public"}, "VwLead"],
    "packages": [{"name": "UsrA", "dependencies": [{"name": "UsrB", "id": "951F2CDA28674B998824071FA8749EAD"}]}, {"name": "UsrB"}]})", "t");
  REQUIRE(read.ok());
  CHECK(read.value().table("vwcontact"));
  CHECK_FALSE(read.value().table("VwLead")->columns.has_value());
  REQUIRE(read.value().dependencies.size() == 2);
  REQUIRE(read.value().dependencies[0]);
  CHECK(read.value().dependencies[0]->front().id == "951f2cda-2867-4b99-8824-071fa8749ead");
  CHECK_FALSE(read.value().dependencies[1].has_value());
  // Views alone say nothing about tables.
  CHECK_FALSE(parse_environment(R"({"schema": "backstay.environment/1", "views": ["V"]})", "t").value().tables.has_value());
  CHECK(outcome("{\"schema\": \"backstay.environment/1\", \"tables\": [],\n\"views\": [{}]}").starts_with("2:"));
}

TEST_CASE("environment: exports of the version table") {
  const std::string root = "147fa70d-6519-4393-b5d0-87931f9fd609", security = "951f2cda-2867-4b99-8824-071fa8749ead";
  const std::string expected = root + "||5.1.8\n" + security + "||-\n";
  for (const char* text : {
           "refSchemaExtensionId,Version,DateUpdated\n147FA70D-6519-4393-B5D0-87931F9FD609,5.1.8,2025-11-03 10:15:00\n951f2cda-2867-4b99-8824-071fa8749ead,,\n",
           "\xEF\xBB\xBF\"DateUpdated\";\"refSchemaExtensionId\";\"Version\"\r\n\"a;b\";\"{147FA70D-6519-4393-B5D0-87931F9FD609}\";\"5.1.8\"\r\n;951f2cda-2867-4b99-8824-071fa8749ead;NULL\r\n",
           "         refSchemaExtensionId         | Version \n------+----\n 147fa70d-6519-4393-b5d0-87931f9fd609 | 5.1.8\n 951f2cda-2867-4b99-8824-071fa8749ead | \n(2 rows)\n\n",
           "[{\"RefSchemaExtensionId\": \"147fa70d-6519-4393-b5d0-87931f9fd609\", \"version\": \"5.1.8\"}, {\"refschemaextensionid\": \"951f2cda-2867-4b99-8824-071fa8749ead\", \"version\": null}]",
       }) {
    CAPTURE(text);
    CHECK(outcome(text) == expected);
  }
  CHECK(outcome("refSchemaExtensionId,Version\n\nRoot,5.1.8\n") == "3:1 \"Root\" is no package id");
  CHECK(outcome("refSchemaExtensionId,Version\n") == "");
}

TEST_CASE("environment: a folder without what its packages need is only a part of a target") {
  const auto complete = [](const char* needs, std::optional<int> behaviour) {
    PackageSet set;
    set.packages.resize(2);
    set.packages[0].name = "UsrA";
    set.packages[0].install_behavior = behaviour;
    set.packages[0].dependencies.push_back({.name = needs, .id = "", .version = {}, .at = {}});
    set.packages[1].name = "UsrB";
    return environment_of(std::move(set), "folder").packages_complete;
  };
  CHECK(complete("UsrB", std::nullopt));
  CHECK_FALSE(complete("CrtCore", std::nullopt));
  CHECK(complete("CrtCore", 1));
}

TEST_CASE("environment: packages themselves") {
  PackageSet set;
  set.is_backup = true;
  set.delete_list.push_back({"id-new", "UsrNew"});
  set.packages.resize(2);
  set.packages[0].name = "UsrA";
  set.packages[0].scripts.resize(1);
  set.packages[0].scripts[0].name = "S";
  set.packages[0].scripts[0].content = "SELECT 1;";
  set.packages[1].vendor = Vendor::origam;
  set.packages[1].name = "Root";
  set.packages[1].version = "5.1.8";
  const Environment environment = environment_of(std::move(set), "backup");
  CHECK_FALSE(environment.packages_complete);
  REQUIRE(environment.packages.size() == 1);
  CHECK(environment.packages[0].scripts->front().text == "SELECT 1;");
  CHECK(environment.origam_versions.at(0).version == "5.1.8");
  CHECK(environment.added_by_install.at(0).name == "UsrNew");
}
