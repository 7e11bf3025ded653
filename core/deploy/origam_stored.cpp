#include "core/deploy/origam_stored.hpp"

#include <algorithm>
#include <unordered_map>

#include "core/deploy/version_number.hpp"

namespace backstay::deploy {
namespace {

Finding& add(Findings& findings, const char* rule, Severity severity, std::string message) {
  Finding finding;
  finding.rule = rule;
  finding.severity = severity;
  finding.message = std::move(message);
  findings.push_back(std::move(finding));
  return findings.back();
}

void check_stored(const Package& package, const std::string& number, Findings& findings) {
  VersionParts parts, current;
  if (!number.empty() && !parse_version_number(number, parts)) {
    Finding& finding = add(findings, "order/unknown-stored-version", Severity::warning,
                           "the stored version \"" + number + "\" of " + package.name + " is no version number and counts as 0.0");
    finding.package = package.name;
    finding.at = package.at;
    return;
  }
  parse_version_number(package.version.value_or(""), current);
  if (compare_versions(parts, current) <= 0) return;
  Finding& finding = add(findings, "order/older-version", Severity::warning,
                         package.name + " " + package.version.value_or("0.0") + " is older than the database, which stands at " + number + ": nothing of it will run");
  finding.package = package.name;
  finding.at = package.at;
}

}  // namespace

void check_stored_versions(const PackageSet& model, const std::vector<InstalledPackage>& stored, Findings& findings) {
  std::unordered_map<std::string_view, const Package*> by_id, by_name;
  for (const Package& package : model.packages) {
    by_id.try_emplace(package.id, &package);
    by_name.try_emplace(package.name, &package);
  }
  std::string unknown;
  std::size_t count = 0;
  for (const InstalledPackage& one : stored) {
    const auto& names = one.id.empty() ? by_name : by_id;
    const auto found = names.find(one.id.empty() ? one.name : one.id);
    if (found != names.end()) {
      check_stored(*found->second, one.version.value_or(""), findings);
      continue;
    }
    if (++count <= 8) unknown += (count == 1 ? "" : ", ") + (one.name.empty() ? one.id : one.name);
  }
  if (count > 8) unknown += " and " + std::to_string(count - 8) + " more";
  if (count > 0) add(findings, "order/unknown-stored-version", Severity::info, "stored versions of packages that are not in the model: " + unknown);
}

}  // namespace backstay::deploy
