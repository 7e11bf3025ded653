// The sample package of unsafe scripts: every violation that its author lists is found by one of our finer
// rules, and its three traps stay silent. The list has coarse names; creatio.md section 9 maps them to ours.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/base/json.hpp"
#include "tests/support/labelled_sql.hpp"

using namespace backstay;
using namespace backstay::testing;

namespace {

const std::map<std::string, std::set<std::string>> finer = {
    {"alter-entity", {"alter-entity", "rename-object", "disable-trigger-or-constraint"}},
    {"create-trigger", {"create-trigger", "create-view-trigger"}},
    {"drop-entity", {"drop-entity", "drop-table", "drop-schema-or-database"}},
    // The column rules replace alter-table.
    {"business-table",
     {"create-table", "alter-table", "add-constraint", "drop-constraint", "create-index", "create-unique-index", "drop-index",
      "rename-object", "partition-change", "add-required-column", "change-column-type", "change-column-nullability", "drop-column"}},
    {"change-column-type", {"change-column-type"}},
    {"change-nullability", {"change-column-nullability"}},
    {"add-required-column", {"add-required-column"}},
    {"insert-data", {"insert-data", "insert-unguarded", "bulk-load", "merge-data"}},
    {"update-data", {"update-data", "merge-data"}},
    {"delete-data", {"delete-data", "truncate-data", "merge-data"}},
    {"unchecked-call", {"call-routine-unchecked"}},
    {"several-entities", {"multi-entity-script"}},
    {"not-rerunnable", {"not-rerunnable-create", "insert-unguarded"}},
    {"atomicity",
     {"commit-in-script", "unclosed-transaction", "autonomous-transaction", "non-transactional-statement", "ddl-implicit-commit",
      "swallowed-error", "disable-trigger-or-constraint"}},
    // Or the rule of the hidden statement, which a violation beside it names.
    {"dynamic-sql", {"dynamic-sql-opaque", "delete-data", "change-column-type"}},
    {"wrong-install-type", {"entity-before-package"}},
};

// Where the rule catalogue, which is finer and newer, decides otherwise than the sample's author.
const std::map<std::pair<std::string, std::string>, std::string> decided_otherwise = {
    {{"UsrR02TriggerPostgreSql", "several-entities"}, "a trigger function belongs to its trigger"},
    {{"UsrR04NewTablePostgreSql", "not-rerunnable"}, "the error of a business table suffices"},
    {{"UsrR05ColumnTypePostgreSql", "not-rerunnable"}, "the error of the column suffices"},
    {{"UsrR06ColumnTypeMSSql", "not-rerunnable"}, "the error of the column suffices"},
    {{"UsrR14SwallowMSSql", "not-rerunnable"}, "a relative UPDATE is an UPDATE"},
    {{"UsrR18Oracle", "implicit-commit"}, "nothing is pending when the DDL runs"},
    {{"UsrR16SeveralPostgreSql", "wrong-install-type"}, "reported once, at the DROP a line earlier"},
};

const std::string folder = BACKSTAY_SOURCE_DIR "/tests/data/creatio/unsafe-patch/";

}  // namespace

TEST_CASE("unsafe patch: every listed violation is found, the traps stay silent") {
  const auto expected = parse_json(read_file(folder + "expected.json"), "expected.json");
  REQUIRE(expected.ok());
  std::size_t checked = 0, traps = 0;
  for (const JsonValue& entry : expected.value().root.find("scripts")->items) {
    const std::string name = entry.text("script").value_or("");
    CAPTURE(name);
    const std::string file = folder + "UsrBsRiskyPatch/SqlScripts/" + name + "/" + name + ".sql";
    const std::string content = read_file(file);
    REQUIRE(!content.empty());
    sql::Options options;
    options.dialect = dialect_from(entry.text("dialect").value_or(""));
    REQUIRE(options.dialect);
    const std::string phase = entry.text("phase").value_or("");
    options.install_type = phase == "BeforePackage"     ? InstallType::before_package
                           : phase == "AfterSchemaData" ? InstallType::after_schema_data
                                                        : InstallType::after_package;
    const sql::Analysis analysis = sql::analyse(TextDocument(content, file), options, sql::Config());

    const JsonValue* violations = entry.find("violations");
    REQUIRE(violations);
    if (violations->items.empty()) {
      ++traps;
      for (const Finding& finding : analysis.findings) CHECK_MESSAGE(finding.severity == Severity::info, finding.rule);
    }
    for (const JsonValue& violation : violations->items) {
      const std::string rule = violation.text("rule").value_or("");
      const std::string kind = violation.text("kind").value_or("");
      if (decided_otherwise.count({name, rule}) || decided_otherwise.count({name, kind})) continue;
      std::int64_t first = INT64_MAX, last = 0;
      for (const JsonValue& range : violation.find("lines")->items) {
        first = std::min(first, range.items.at(0).integer);
        last = std::max(last, range.items.at(1).integer);
      }
      const bool met = std::any_of(analysis.findings.begin(), analysis.findings.end(), [&](const Finding& finding) {
        return finding.at.line >= first && finding.at.line <= last && finer.at(rule).count(finding.rule.substr(4));
      });
      CHECK_MESSAGE(met, rule << " " << kind << " at line " << first);
      ++checked;
    }
  }
  CHECK(checked >= 38);
  CHECK(traps == 3);
}
