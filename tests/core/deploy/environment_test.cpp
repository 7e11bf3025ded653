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
