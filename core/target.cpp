#include "core/target.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/base/ascii.hpp"
#include "core/deploy/origam_history.hpp"
#include "core/deploy/version_number.hpp"

namespace backstay {
namespace {

using report::ScriptEntry;
using Columns = std::unordered_set<std::string>;

constexpr std::string_view object_manager = "EntitySchemaManager";

std::string_view without_schema(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

class TargetCheck {
 public:
  TargetCheck(std::vector<CheckedInput>& inputs, const PreflightOptions& options) : inputs_(inputs), options_(options) {}

  void run() {
    read_target();
    for (const CheckedInput& input : inputs_) read_delivery(input);
    for (CheckedInput& input : inputs_) {
      Findings made;
      for (std::size_t i = 0; i < input.tables.size(); ++i) {
        if (runs(input, input.scripts[i])) check_script(input.scripts[i], input.tables[i], made);
      }
      apply_rules(made, options_.rules);
      for (Finding& finding : made) input.findings.push_back(std::move(finding));
    }
  }

 private:
  // Of the target: nullopt where the columns are not known.
  void read_target() {
    for (const deploy::EnvironmentTable& table : *options_.environment.tables) {
      std::optional<Columns>& columns = tables_.try_emplace(lowered(without_schema(table.name)), Columns{}).first->second;
      if (!table.columns) columns.reset();
      if (!columns || !table.columns) continue;
      for (const deploy::EnvironmentColumn& column : *table.columns) columns->insert(lowered(column.name));
    }
  }

  void read_delivery(const CheckedInput& input) {
    for (const std::vector<sql::TableUse>& uses : input.tables) {
      for (const sql::TableUse& use : uses) {
        if (use.makes) made_.insert(use.name);
        for (const std::string& column : use.adds) added_[use.name].insert(column);
      }
    }
    if (!input.set) return;
    for (const Package& package : input.set->packages) {
      for (const Schema& schema : package.schemas) {
        if (schema.manager == object_manager) made_.insert(lowered(schema.name));
      }
    }
  }

  // Whether an apply would run the script on this target.
  bool runs(const CheckedInput& input, const ScriptEntry& script) const {
    const std::optional<Dialect>& engine = options_.environment.engine;
    if (script.install_type == InstallType::uninstall_app || (engine && script.dialect && script.dialect != engine)) return false;
    if (!script.deployment_version || !input.set) return true;
    for (const Package& package : input.set->packages) {
      if (package.name != script.package) continue;
      return deploy::compare_version_texts(*script.deployment_version, deploy::stored_version(package, installed_)) > 0;
    }
    return true;
  }

  Finding& add(Findings& findings, const char* rule, const std::string& package, std::string message) {
    Finding finding;
    finding.rule = rule;
    finding.severity = Severity::warning;
    finding.package = package;
    finding.message = std::move(message);
    findings.push_back(std::move(finding));
    return findings.back();
  }

  void check_script(const ScriptEntry& script, const std::vector<sql::TableUse>& uses, Findings& findings) {
    for (const sql::TableUse& use : uses) {
      if (use.makes || made_.count(use.name) > 0) continue;
      const SourcePos at{.file = script.file, .line = use.line, .column = use.column, .offset = use.offset};
      const auto table = tables_.find(use.name);
      if (table == tables_.end()) {
        Finding& finding = add(findings, "order/unknown-table", script.package,
                               "script " + script.name + " changes " + use.written + ", which is neither a table of the target nor made by the delivery");
        finding.at = at;
        finding.remedy = "add what makes " + use.written + " to the delivery, or look for it where the script runs";
        continue;
      }
      for (const std::string& column : use.columns) {
        if (has_column(use.name, *table, column)) continue;
        add(findings, "order/unknown-column", script.package,
            "script " + script.name + " names the column " + column + " of " + use.written + ", which the table of the target does not have")
            .at = at;
      }
    }
  }

  bool has_column(const std::string& table, const std::pair<const std::string, std::optional<Columns>>& known, const std::string& column) const {
    if (!known.second || known.second->empty() || known.second->count(column) > 0) return true;
    const auto added = added_.find(table);
    return added != added_.end() && added->second.count(column) > 0;
  }

  std::vector<CheckedInput>& inputs_;
  const PreflightOptions& options_;
  const std::vector<deploy::InstalledPackage> installed_ = options_.environment.installed();
  std::unordered_map<std::string, std::optional<Columns>> tables_;
  std::unordered_set<std::string> made_;
  std::unordered_map<std::string, Columns> added_;
};

}  // namespace

void compare_with_target(std::vector<CheckedInput>& inputs, const PreflightOptions& options) {
  if (options.environment.tables) TargetCheck(inputs, options).run();
}

}  // namespace backstay
