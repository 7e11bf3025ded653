#include "core/package/origam/activity_checks.hpp"

#include <map>

namespace backstay::origam {
namespace {

Finding make(const char* rule, Severity severity, const SourcePos& at, const std::string& package, std::string message) {
  Finding finding;
  finding.rule = rule;
  finding.severity = severity;
  finding.at = at;
  finding.package = package;
  finding.message = std::move(message);
  return finding;
}

}  // namespace

void check_activities(const VersionRecord& record, const std::string& package, Findings& findings) {
  std::map<std::string, const Activity*> last;  // by platform; activities come in ascending order
  for (const Activity& activity : record.activities) {
    if (activity.restores_file) continue;
    const Activity*& before = last[activity.platform.value_or("MsSql")];
    if (before && before->order == activity.order) {
      findings.push_back(make("package/equal-activity-order", Severity::warning, activity.at, package,
                              "activities \"" + before->name + "\" and \"" + activity.name + "\" of " + record.version.number +
                                  " have the same order " + std::to_string(activity.order) + " on " +
                                  activity.platform.value_or("MsSql")));
      findings.back().remedy = "give each activity of a platform its own number";
    }
    before = &activity;
  }
}

void check_platforms(const std::vector<Package>& packages, Findings& findings) {
  std::map<Dialect, std::size_t> all;
  for (const Package& package : packages) {
    for (const Script& script : package.scripts) {
      if (script.dialect) ++all[*script.dialect];
    }
  }
  if (all.size() < 2) return;
  for (const Package& package : packages) {
    // One finding a package and platform: old models have dozens of such versions.
    std::map<Dialect, std::vector<const DeploymentVersion*>> lonely;
    // Scripts stand in the order of the versions, so those of one version are neighbours.
    std::size_t next = 0;
    for (const DeploymentVersion& version : package.deployment_versions) {
      std::map<Dialect, std::size_t> own;
      while (next < package.scripts.size() && package.scripts[next].folder == version.name &&
             package.scripts[next].deployment_version == version.number) {
        if (package.scripts[next].dialect) ++own[*package.scripts[next].dialect];
        ++next;
      }
      if (own.size() == 1) lonely[own.begin()->first].push_back(&version);
    }
    for (const auto& [dialect, versions] : lonely) {
      std::string names;
      for (std::size_t i = 0; i < versions.size() && i < 8; ++i) names += (i == 0 ? "" : ", ") + versions[i]->number;
      if (versions.size() > 8) names += " and " + std::to_string(versions.size() - 8) + " more";
      findings.push_back(make("package/one-platform", Severity::info, versions.front()->at, package.name,
                              std::string("scripts for ") + (dialect == Dialect::postgresql ? "PgSql" : "MsSql") +
                                  " only, in a model that has both: " + names));
    }
  }
}

}  // namespace backstay::origam
