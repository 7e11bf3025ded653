#include "core/package/origam/model.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "core/base/json.hpp"
#include "core/deploy/order.hpp"
#include "tests/support/test_input.hpp"

using namespace backstay;

namespace {

PackageSet read(const Input& input) {
  auto set = origam::read_origam_model(input, Limits{}, nullptr);
  REQUIRE_MESSAGE(set.ok(), (set.ok() ? "" : set.error().message));
  return std::move(set.value());
}

std::string bare(std::string text) {
  while (!text.empty() && text.front() == ' ') text.erase(0, 1);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

// "rule @ file:line" of every finding, in order.
std::string rules(const Findings& findings) {
  std::string out;
  for (const Finding& finding : findings) {
    out += finding.rule + " @ " + finding.at.file + ":" + std::to_string(finding.at.line) + "\n";
  }
  return out;
}

std::string package_file(const std::string& name, const std::string& id, const std::string& version, const std::string& references = "") {
  std::string text = "<x:file xmlns:x='m' xmlns:p='http://schemas.origam.com/Origam.Schema.Package/6.1.0'>\n<p:package x:id='" + id +
                     "' p:name='" + name + "' p:version='" + version + "'>";
  for (std::size_t at = 0; at < references.size(); at += 37) {
    text += "\n<pr:packageReference pr:referencedPackage='X/.origamPackage#" + references.substr(at, 36) + "'/>";
  }
  return text + "</p:package></x:file>";
}

const std::string a_id = "aaaaaaaa-0000-0000-0000-000000000001", b_id = "bbbbbbbb-0000-0000-0000-000000000002",
                  c_id = "cccccccc-0000-0000-0000-000000000003";

}  // namespace

TEST_CASE("origam model: every fact of the samples' expected files") {
  struct Row {
    const char* folder;
    const char* expected;
  };
  static constexpr Row rows[] = {{"origam/ab", "origam/ab.expected.json"},
                                 {"origam/deadlock", "origam/deadlock.expected.json"},
                                 {"origam/quirks", "origam/quirks.sales.expected.json"},
                                 {"origam/quirks", "origam/quirks.legacy.expected.json"}};
  for (const Row& row : rows) {
    CAPTURE(row.expected);
    const auto json = parse_json(testing::data_file(row.expected), row.expected, {});
    REQUIRE(json.ok());
    const JsonValue& expected = json.value().root;
    PackageSet model = read(testing::input_from_folder(row.folder));

    const std::string active = *expected.text("active");
    std::map<std::string, const Package*> packages;
    for (const Package& package : model.packages) packages[package.name] = &package;
    REQUIRE(packages.count(active) == 1);
    if (!model.active_package_id.empty()) CHECK(model.active_package_id == packages[active]->id);
    model.active_package_id = packages[active]->id;

    for (const JsonValue& version : expected.find("versions")->items) {
      const Package* package = packages[*version.text("package")];
      REQUIRE(package);
      const DeploymentVersion* found = nullptr;
      for (const DeploymentVersion& candidate : package->deployment_versions) {
        if (candidate.number == version.text("version")) found = &candidate;
      }
      REQUIRE(found);
      CHECK(found->name == version.text("title"));
      CHECK(found->id == version.text("id"));
      CHECK(found->file == version.text("file"));
      const auto& dependencies = version.find("dependencies")->items;
      REQUIRE(found->dependencies.size() == dependencies.size());
      for (std::size_t i = 0; i < dependencies.size(); ++i) {
        CHECK(found->dependencies[i].name == dependencies[i].items[0].string);
        CHECK(bare(*found->dependencies[i].version) == dependencies[i].items[1].string);
      }
    }

    const deploy::Order order = deploy::order_origam(model, {}).order;
    CHECK((order.status == deploy::OrderStatus::ok) == *expected.flag("ok"));
    CHECK(order.error == expected.text("error").value_or(""));
    const auto& steps = expected.find("order")->items;
    REQUIRE(order.steps.size() == steps.size());
    for (std::size_t i = 0; i < steps.size(); ++i) CHECK(order.steps[i].package + " " + *order.steps[i].version == steps[i].string);

    if (const JsonValue* candidates = expected.find("candidates")) {
      REQUIRE(order.candidates.size() == candidates->items.size());
      for (std::size_t i = 0; i < candidates->items.size(); ++i) {
        CHECK(order.candidates[i].package == candidates->items[i].text("name"));
        CHECK(order.candidates[i].version == candidates->items[i].text("version"));
        const auto& dependencies = candidates->items[i].find("deps")->items;
        REQUIRE(order.candidates[i].dependencies.size() == dependencies.size());
        for (std::size_t k = 0; k < dependencies.size(); ++k) {
          CHECK(order.candidates[i].dependencies[k].package + " " + order.candidates[i].dependencies[k].version == dependencies[k].string);
        }
      }
    }
    if (const JsonValue* conflicts = expected.find("conflicts")) {
      REQUIRE(order.conflicts.size() == conflicts->items.size());
      for (std::size_t i = 0; i < conflicts->items.size(); ++i) {
        CHECK(order.conflicts[i].package == conflicts->items[i].text("name"));
        CHECK(order.conflicts[i].version == conflicts->items[i].text("version"));
        CHECK(order.conflicts[i].depends_on == conflicts->items[i].text("dependsOn"));
      }
    }
  }
}

TEST_CASE("origam model: scripts come in the order they run, with platform, version and text") {
  const PackageSet model = read(testing::input_from_folder("origam/quirks"));
  REQUIRE(model.packages.size() == 3);
  CHECK(model.kind == InputKind::origam_model);
  CHECK(model.active_package_id == "");
  CHECK(rules(model.findings).find("package/several-top-packages") != std::string::npos);

  const Package& core = model.packages[0];
  CHECK(core.name == "Core");
  CHECK(core.version == "2.0");
  CHECK(core.counts.deployment_versions == 3);
  CHECK(core.counts.activities == 4);
  REQUIRE(core.scripts.size() == 4);
  CHECK(core.scripts[0].name == "00010_First");
  CHECK(core.scripts[1].name == "00020_Second");
  CHECK(core.scripts[0].deployment_version == "0.10");
  CHECK(core.scripts[0].dialect == Dialect::postgresql);
  CHECK(core.scripts[2].dialect == Dialect::postgresql);
  CHECK(core.scripts[3].dialect == Dialect::mssql);
  CHECK(core.scripts[0].file == "Core/DeploymentVersion/Core/0.10 Tables.origam___commandText___fc079584-e6fe-5bd7-b5bd-515456c9fd99.txt");
  CHECK(core.scripts[0].content.starts_with("\xEF\xBB\xBF"));
  CHECK(core.scripts[0].content == testing::data_file("origam/quirks/" + core.scripts[0].file));
  CHECK_FALSE(core.scripts[0].backward_compatible.has_value());
  CHECK_FALSE(core.scripts[0].install_type.has_value());

  CHECK(model.packages[1].name == "Legacy");
  REQUIRE(model.packages[1].dependencies.size() == 1);
  CHECK(model.packages[1].dependencies[0].name == "Core");
  REQUIRE(model.packages[1].scripts.size() == 1);
  CHECK(model.packages[1].scripts[0].dialect == Dialect::postgresql);

  const Package& sales = model.packages[2];
  REQUIRE(sales.scripts.size() == 2);
  CHECK(sales.scripts[0].name == "00000_Zero");
  // The list of 1.9 starts on the line of the element, the second entry on the next.
  REQUIRE(sales.deployment_versions[0].dependencies.size() == 2);
  CHECK(sales.deployment_versions[0].at.line == 7);
  CHECK(sales.deployment_versions[0].dependencies[0].at.line == 7);
  CHECK(sales.deployment_versions[0].dependencies[1].at.line == 8);
  CHECK(sales.deployment_versions[0].dependencies[1].at.column == 1);
}

TEST_CASE("origam model: one active package, the list depth first") {
  const PackageSet model = read(testing::input_from_folder("origam/deadlock"));
  REQUIRE(model.packages.size() == 3);
  CHECK(model.packages[0].name == "Root");
  CHECK(model.packages[1].name == "Security");
  CHECK(model.packages[2].name == "A");
  CHECK(model.active_package_id == model.packages[2].id);
}

TEST_CASE("origam model: what is broken is named with its place, the rest is read") {
  const std::string version =
      "<x:file xmlns:x='m'>\n"
      "<d:DeploymentVersion x:id='" + c_id + "' d:name='1.0' d:version='1.0' d:deploymentDependenciesCsv='" + b_id + ", 1.0&#10;nonsense&#10;" + b_id + ", 1.x'>\n"
      "<s:DeploymentUpdateScriptActivity x:id='1' s:name='inline' s:commandText='SELECT 1' s:platform='PgSql'/>\n"
      "<s:DeploymentUpdateScriptActivity x:id='2' s:name='gone' s:commandText='-***-ExternalFile:1.0.origam___commandText___2.txt'/>\n"
      "<s:DeploymentUpdateScriptActivity x:id='3' s:name='up' s:commandText='-***-ExternalFile:../1.0.txt' s:activityOrder='many'/>\n"
      "<s:DeploymentUpdateScriptActivity x:id='4' s:name='other' s:commandText='' s:platform='Db2'/>\n"
      "</d:DeploymentVersion></x:file>";
  const PackageSet model = read(testing::input_from({
      {"A/.origamPackage", package_file("A", a_id, "1.0", b_id + " " + c_id)},
      {"B/.origamPackage", package_file("B", b_id, "1.0.0.0.0.0.0.0.0.0.0.0")},
      {"A/DeploymentVersion/A/1.0.origam", version},
      {"A/DeploymentVersion/A/2.0.origam", "<x:file><DeploymentVersion version='two'"},
      {"A/DeploymentVersion/A/3.0.origam", "<x:file><DeploymentVersion id='7' name='three' version='three'/></x:file>"},
      {"A/DeploymentVersion/A/left.origam___commandText___9.txt", "SELECT 9"},
      {"A/1.0.txt", "never to be read from a folder above"},
      {"B/DeploymentVersion/.origamGroupReference", "<f><r type='package' refId='zz'/></f>"},
      {"elsewhere/1.origam", "<f><DeploymentVersion version='1.0' name='1.0'/></f>"},
  }));
  REQUIRE(model.packages.size() == 2);
  const Package& a = model.packages[1];
  REQUIRE(a.deployment_versions.size() == 2);
  CHECK(a.deployment_versions[0].number == "three");
  CHECK_FALSE(a.deployment_versions[0].number_readable);
  CHECK(a.deployment_versions[1].dependencies.size() == 1);
  REQUIRE(a.scripts.size() == 2);
  CHECK(a.scripts[0].content == "SELECT 1");
  CHECK(a.scripts[0].file == "A/DeploymentVersion/A/1.0.origam#1");
  CHECK(model.has_unreadable_part);
  const std::string found = rules(model.findings);
  for (const char* rule : {"package/version-too-long @ B/.origamPackage:2", "package/malformed-dependency @ A/DeploymentVersion/A/1.0.origam:2",
                           "archive/malformed @ A/DeploymentVersion/A/2.0.origam:1", "package/unreadable-version @ A/DeploymentVersion/A/3.0.origam:1",
                           "package/no-owner @ elsewhere/1.origam:0", "package/missing-external-text @ A/DeploymentVersion/A/1.0.origam:4",
                           "package/missing-external-text @ A/DeploymentVersion/A/1.0.origam:5", "package/unreadable-activity-order @ A/DeploymentVersion/A/1.0.origam:5",
                           "package/unknown-platform @ A/DeploymentVersion/A/1.0.origam:6", "package/empty-script @ A/DeploymentVersion/A/1.0.origam:6",
                           "package/unreferenced-external-text @ A/DeploymentVersion/A/left.origam___commandText___9.txt:0",
                           "package/unknown-reference @ A/.origamPackage:4", "archive/malformed @ B/DeploymentVersion/.origamGroupReference:1"}) {
    CAPTURE(found);
    CHECK_MESSAGE(found.find(rule) != std::string::npos, rule);
  }
}

TEST_CASE("origam model: owner rules, file restores, loose activities, equal orders, circles") {
  const PackageSet model = read(testing::input_from({
      {"A/.origamPackage", package_file("A", a_id, "1.0", b_id)},
      {"B/.origamPackage", package_file("B", b_id, "1.0", a_id)},
      {"A/DeploymentVersion/X/.origamGroupReference", "<x:f xmlns:x='m'><x:groupReference x:type='package' x:refId='" + b_id + "'/></x:f>"},
      {"A/DeploymentVersion/X/1.0.origam",
       "<x:f xmlns:x='m' xmlns:r='http://schemas.origam.com/Origam.Schema.DeploymentModel.FileRestoreUpdateScriptActivity/6.0.0'>"
       "<DeploymentVersion x:id='v' name='1.0' version='1.0'><r:DeploymentUpdateScriptActivity r:fileName='a.rpt' r:activityOrder='1'/>"
       "<DeploymentUpdateScriptActivity name='b' commandText='SELECT 2' activityOrder='5'/>"
       "<DeploymentUpdateScriptActivity name='c' commandText='SELECT 3' activityOrder='5' platform='PgSql'/></DeploymentVersion></x:f>"},
      {"A/DeploymentVersion/X/loose.origam", "<x:f xmlns:x='m'><DeploymentUpdateScriptActivity name='a' x:parentId='v' commandText='SELECT 1' activityOrder='5'/></x:f>"},
  }));
  REQUIRE(model.packages.size() == 2);
  for (const Package& package : model.packages) {
    if (package.name == "A") CHECK(package.deployment_versions.empty());
    if (package.name != "B") continue;
    REQUIRE(package.deployment_versions.size() == 1);
    CHECK(package.deployment_versions[0].activities == 4);
    CHECK(package.scripts.size() == 3);
  }
  const std::string found = rules(model.findings);
  CAPTURE(found);
  CHECK(found.find("package/file-restore @ A/DeploymentVersion/X/1.0.origam:1") != std::string::npos);
  CHECK(found.find("package/equal-activity-order @ A/DeploymentVersion/X/loose.origam:1") != std::string::npos);
  CHECK(found.find("package/circular-reference") != std::string::npos);
}

TEST_CASE("origam model: hostile files give an error or a finding, never a hang") {
  const auto outcome = [](std::vector<std::pair<std::string, std::string>> files) {
    const auto set = origam::read_origam_model(testing::input_from(std::move(files)), Limits{}, nullptr);
    return set.ok() ? "ok" : std::string(error_rule(set.error().code)) + " " + set.error().message;
  };
  CHECK(outcome({{"readme.txt", "x"}}).starts_with("archive/not-recognised"));
  CHECK(outcome({{".origamPackage", "<x:file"}}).starts_with("archive/malformed not valid XML"));
  CHECK(outcome({{".origamPackage", "<file><package name='A'/></file>"}}) == "archive/malformed package id \"\" is no GUID");
  std::string deep;
  for (int i = 0; i < 200'000; ++i) deep += "<a>";
  for (int i = 0; i < 200'000; ++i) deep += "</a>";
  CHECK(outcome({{".origamPackage", deep}}) == "archive/limit-exceeded XML nested deeper than 64");
  CHECK(outcome({{".origamPackage", std::string(9'000'000, '<')}}).starts_with("archive/limit-exceeded XML with more than"));
  // Entities are not expanded, so a bomb is a name that is no GUID.
  CHECK(outcome({{".origamPackage", "<!DOCTYPE f [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><f><package x:id='&b;'/></f>"}}) ==
        "archive/malformed package id \"&b;\" is no GUID");
}

TEST_CASE("origam model: the host can stop the reading") {
  struct Stop final : Progress {
    bool report(std::string_view, std::uint64_t, std::uint64_t) override { return ++calls < 5; }
    int calls = 0;
  } stop;
  const auto set = origam::read_origam_model(testing::input_from_folder("origam/ab"), Limits{}, &stop);
  REQUIRE_FALSE(set.ok());
  CHECK(set.error().code == ErrorCode::cancelled);
}
