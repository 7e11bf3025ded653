#include "core/deploy/origam_history.hpp"

#include <algorithm>
#include <map>

#include "core/deploy/version_number.hpp"
#include "core/package/origam/package_list.hpp"

namespace backstay::deploy {
namespace {

// The two packages that ORIGAM itself maintains. Before 5.0 they had no recorded entries.
constexpr std::string_view root_id = "147fa70d-6519-4393-b5d0-87931f9fd609";
constexpr std::string_view security_id = "951f2cda-2867-4b99-8824-071fa8749ead";

bool vendor_owned(const Package& package) { return package.id == root_id || package.id == security_id; }

// Highest version below `number`, the last one among equals; nullptr when there is none. Versions ascend.
const DeploymentVersion* version_below(const Package& package, const VersionParts& number) {
  const DeploymentVersion* found = nullptr;
  VersionParts parts;
  for (const DeploymentVersion& version : package.deployment_versions) {
    parse_version_number(version.number, parts);
    if (compare_versions(parts, number) >= 0) break;
    found = &version;
  }
  return found;
}

class Builder {
 public:
  Builder(const PackageSet& model, const std::vector<InstalledPackage>& stored) : model_(model), stored_(stored) {}

  OrigamHistory build(const std::vector<std::size_t>& active) {
    std::vector<bool> taken(model_.packages.size(), false);
    for (const std::size_t top : active) {
      for (const std::size_t package : origam::package_list(model_.packages, top)) {
        if (!taken[package]) made_.packages.push_back(package);
        taken[package] = true;
      }
    }
    for (const std::size_t package : made_.packages) add_package(package);
    return std::move(made_);
  }

 private:
  struct Default {
    std::size_t package;
    std::string number;
  };

  Finding& add(std::string rule, const Package& package, const SourcePos& at, std::string message) {
    Finding finding;
    finding.rule = std::move(rule);
    finding.severity = Severity::error;
    finding.package = package.name;
    finding.at = at;
    finding.message = std::move(message);
    made_.findings.push_back(std::move(finding));
    return made_.findings.back();
  }

  // What versions of a package depend on when nothing is recorded; the same for all of them.
  const std::vector<Default>& defaults_of(std::size_t index) {
    const auto [at, is_new] = defaults_.try_emplace(index);
    if (!is_new) return at->second;
    for (const std::size_t included : origam::package_list(model_.packages, index)) {
      if (included == index) continue;
      const Package& package = model_.packages[included];
      if (!vendor_owned(package)) {
        at->second.push_back({included, package.version.value_or("").empty() ? "0.0" : *package.version});
        continue;
      }
      const DeploymentVersion* version = version_below(package, {5});
      if (version) {
        at->second.push_back({included, version->number});
      } else {
        add("order/no-default", model_.packages[index], model_.packages[index].at,
            "versions without a dependency list need a version of " + package.name + " below 5.0, and there is none");
      }
    }
    return at->second;
  }

  // Entries of a version that recorded none; empty when it needs none or ORIGAM would refuse.
  std::vector<Default> entries_for(std::size_t index, const DeploymentVersion& version, const VersionParts& number) {
    const Package& package = model_.packages[index];
    std::vector<Default> entries = defaults_of(index);
    if (entries.empty()) return entries;
    if (vendor_owned(package) && compare_versions(number, {5}) >= 0) {
      add("order/no-list", package, version.at,
          package.name + " " + version.number + " has no dependency list, and ORIGAM refuses to fill one in for its own packages from 5.0 on")
          .remedy = "record the versions of the referenced packages it was written against";
      return {};
    }
    if (const DeploymentVersion* before = version_below(package, number)) entries.push_back({index, before->number});
    return entries;
  }

  void add_package(std::size_t index) {
    const Package& package = model_.packages[index];
    const bool left_out = compare_version_texts(stored_version(package, stored_), package.version.value_or("")) >= 0;
    VersionParts number;
    for (std::size_t i = 0; i < package.deployment_versions.size(); ++i) {
      const DeploymentVersion& version = package.deployment_versions[i];
      parse_version_number(version.number, number);
      // Before packages are left out, so a refusal counts for all of them.
      std::vector<Default> defaults;
      if (version.dependencies.empty()) defaults = entries_for(index, version, number);
      if (left_out) continue;
      made_.history.add_version(made_.history.package(package.id, package.name), made_.history.text(version.number));
      made_.source.push_back({index, i});
      for (const Dependency& dependency : version.dependencies) {
        made_.history.add_entry(made_.history.package(dependency.id), made_.history.text(dependency.version.value_or("")));
      }
      for (const Default& entry : defaults) {
        made_.history.add_entry(made_.history.package(model_.packages[entry.package].id), made_.history.text(entry.number));
      }
    }
  }

  const PackageSet& model_;
  const std::vector<InstalledPackage>& stored_;
  std::map<std::size_t, std::vector<Default>> defaults_;
  OrigamHistory made_;
};

}  // namespace

std::string stored_version(const Package& package, const std::vector<InstalledPackage>& stored) {
  for (const InstalledPackage& installed : stored) {
    if (!installed.id.empty() && installed.id == package.id) return installed.version.value_or("");
  }
  for (const InstalledPackage& installed : stored) {
    if (installed.id.empty() && installed.name == package.name) return installed.version.value_or("");
  }
  return "";
}

OrigamHistory origam_history(const PackageSet& model, const std::vector<std::size_t>& active, const std::vector<InstalledPackage>& stored) {
  return Builder(model, stored).build(active);
}

}  // namespace backstay::deploy
