// Every fact that tests/data/creatio/packed/expected.json states about an archive.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/support/read_input.hpp"
#include "tests/support/test_files.hpp"

using namespace backstay;
using backstay::testing::file_input;
using backstay::testing::folder_input;
using backstay::testing::read_input;
using backstay::testing::read_test_file;
using nlohmann::json;

namespace {

template <class T>
json optional(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}

json script_facts(const Script& script) {
  json depends_on = json::array();
  for (const ElementReference& needed : script.depends_on) depends_on.push_back(needed.id);
  return {{"name", script.name},
          {"folder", script.folder},
          {"engine", script.dialect ? json(std::string(to_string(*script.dialect))) : json(nullptr)},
          {"phase", script.install_type ? json(std::string(to_string(*script.install_type))) : json(nullptr)},
          {"backward_compatible", optional(script.backward_compatible)},
          {"modified_ms", optional(script.modified_ms)},
          {"depends_on", depends_on},
          {"bytes", script.content.size()}};
}

// The facts as expected.json words them. An absent Type is 0 there.
json facts(const Package& package) {
  json depends_on = json::array(), scripts = json::array();
  for (const Dependency& dependency : package.dependencies) {
    depends_on.push_back({{"name", dependency.name}, {"uid", dependency.id}, {"version", optional(dependency.version)}});
  }
  for (const Script& script : package.scripts) scripts.push_back(script_facts(script));
  const PackageCounts& counts = package.counts;
  json made = {{"name", package.name},
               {"uid", package.id},
               {"version", optional(package.version)},
               {"type", package.type.value_or(0)},
               {"maintainer", optional(package.maintainer)},
               {"modified_ms", optional(package.modified_ms)},
               {"project_path", optional(package.project_path)},
               {"install_behavior", optional(package.install_behavior)},
               {"install_scripts", package.install_scripts},
               {"depends_on", depends_on},
               {"schemas", counts.schemas},
               {"schemas_by_manager", counts.schemas_by_manager},
               {"sql_scripts", counts.sql_scripts},
               {"sql_by_engine_phase_flag", counts.sql_by_engine_phase_flag},
               {"scripts", scripts},
               {"data_bindings", counts.data_bindings},
               {"data_by_install_type", counts.data_by_install_type},
               {"data_rows", counts.data_rows},
               {"data_localizations", counts.data_localizations},
               {"resource_files", counts.resources},
               {"content_files", counts.content_files},
               {"assembly_files", counts.assemblies},
               {"element_files", counts.element_files},
               {"element_bytes", counts.element_bytes},
               {"other_files", counts.other_files},
               {"odd", package.odd}};
  if (package.app) {
    made["app"] = {{"code", package.app->code}, {"version", package.app->version}, {"packages", package.app->packages.size()}};
  }
  return made;
}

json packed_facts(const Package& package) {
  json made = facts(package);
  const PackageCounts& counts = package.counts;
  made["records"] = counts.records;
  made["record_bytes"] = counts.record_bytes;
  made["packed_bytes"] = package.packed_bytes;
  made["separators"] = counts.separators;
  made["first_record"] = counts.first_record;
  return made;
}

const json& expected() {
  static const json parsed = json::parse(read_test_file("tests/data/creatio/packed/expected.json"), nullptr, false);
  return parsed;
}

const json& expected_package(const std::string& archive, const std::string& name) {
  const json& entry = expected().at(archive);
  if (entry.contains("package")) return entry.at("package");
  for (const json& package : entry.at("packages")) {
    if (package.at("name") == name) return package;
  }
  return entry;
}

}  // namespace

TEST_CASE("samples: every archive gives exactly the facts expected of it") {
  REQUIRE(expected().is_object());
  std::size_t archives = 0;
  for (const auto& item : expected().items()) {
    // Named, because clang 14 does not let a macro's lambda capture a structured binding.
    const std::string& name = item.key();
    const json& entry = item.value();
    CAPTURE(name);
    ++archives;
    const auto read = read_input(file_input("tests/data/creatio/packed/" + name));
    REQUIRE(read.ok);
    CHECK_FALSE(read.set.has_unreadable_part);
    json found;
    if (entry.at("kind") == "gz") {
      CHECK(read.set.kind == InputKind::creatio_archive);
      REQUIRE(read.packages.size() == 1);
      found = {{"kind", "gz"}, {"package", packed_facts(read.packages[0])}};
    } else {
      CHECK(read.set.kind == InputKind::creatio_delivery);
      found = {{"kind", "zip"}, {"members", json::array()}, {"packages", json::array()}};
      for (const Package& package : read.packages) {
        json one = packed_facts(package);
        one["member"] = package.file;
        found["members"].push_back(package.file);
        found["packages"].push_back(one);
      }
    }
    CHECK_MESSAGE(found == entry, json::diff(entry, found).dump(1));
  }
  CHECK(archives == 7);
}

TEST_CASE("samples: a package folder gives the facts of its container") {
  struct Row {
    const char* folder;
    const char* archive;
  };
  static constexpr Row rows[] = {
      {"tests/data/creatio/safe-loyalty/1.0/UsrBsLoyalty", "UsrBsLoyalty-1.0.gz"},
      {"tests/data/creatio/safe-loyalty/1.1/UsrBsLoyalty", "UsrBsLoyalty-1.1.gz"},
      {"tests/data/creatio/safe-loyalty/1.1", "UsrBsLoyalty-1.1.gz"},
      {"tests/data/creatio/unsafe-patch/UsrBsRiskyPatch", "UsrBsRiskyPatch.gz"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.folder);
    const auto read = read_input(folder_input(row.folder));
    REQUIRE(read.ok);
    CHECK(read.set.kind == InputKind::creatio_package);
    REQUIRE(read.packages.size() == 1);
    json wanted = expected_package(row.archive, read.packages[0].name);
    for (const char* packed_only : {"records", "record_bytes", "packed_bytes", "separators", "first_record"}) wanted.erase(packed_only);
    const json found = facts(read.packages[0]);
    CHECK_MESSAGE(found == wanted, json::diff(wanted, found).dump(1));
    CHECK(read.packages[0].bytes == wanted.at("element_bytes"));
  }
}

TEST_CASE("samples: several package folders side by side") {
  const auto read = read_input(folder_input("tests/data/creatio/tangled-delivery"));
  REQUIRE(read.ok);
  CHECK(read.set.kind == InputKind::creatio_workspace);
  REQUIRE(read.packages.size() == 8);
  for (const Package& package : read.packages) {
    CAPTURE(package.name);
    json wanted = expected_package("tangled-delivery.zip", package.name);
    for (const char* packed_only : {"member", "records", "record_bytes", "packed_bytes", "separators", "first_record"}) wanted.erase(packed_only);
    CHECK(facts(package) == wanted);
  }
  const Finding* comma = read.find("package/lenient-json");
  REQUIRE(comma);
  CHECK(comma->at.file == "UsrBsTooNew/descriptor.json");
  CHECK(comma->at.line == 13);
  CHECK(comma->package == "UsrBsTooNew");
}

TEST_CASE("samples: what the facts leave out") {
  const auto read = read_input(file_input("tests/data/creatio/packed/UsrBsLoyalty-1.1.zip"));
  REQUIRE(read.packages.size() == 1);
  const Package& package = read.packages[0];
  CHECK(read.listing() == "");
  CHECK(package.app->name == "Loyalty sample");
  CHECK(package.at.file == "UsrBsLoyalty/descriptor.json");
  REQUIRE(package.dependencies.size() == 1);
  CHECK(package.dependencies[0].at.line == 11);
  CHECK(package.counts.metadata_json == 2);
  CHECK(package.counts.metadata_lines == 1);
  REQUIRE(package.schemas.size() == 3);
  const Schema& object = package.schemas[1];
  CHECK(object.name == "UsrBsLoyaltyTier");
  CHECK(object.form == Schema::MetadataForm::json);
  CHECK(object.parent->name == "BaseLookup");
  REQUIRE(object.columns.size() == 3);
  CHECK(object.columns[0].name == "UsrMinPoints");
  CHECK(object.columns[0].type_id == "6b6b74e2-820d-490e-a017-2b73d4ccf2b0");
  CHECK(package.schemas[0].form == Schema::MetadataForm::lines);
  REQUIRE(package.data_bindings.size() == 2);
  const DataBinding& binding = package.data_bindings[1];
  CHECK(binding.schema_name == "UsrBsLoyaltyTier");
  CHECK(binding.rows == 4);
  CHECK(binding.columns == 4);
  CHECK(binding.key_columns == 1);
  CHECK(binding.force_update_columns == 1);
  CHECK(binding.localizations == 2);
  CHECK(package.scripts[0].file == "UsrBsLoyalty/SqlScripts/UsrBsTierRankMSSql/UsrBsTierRankMSSql.sql");
}
