// What can be said about activities without knowing the order of their versions.
#pragma once

#include <string>
#include <vector>

#include "core/base/finding.hpp"
#include "core/package/origam/deployment_version.hpp"

namespace backstay::origam {

// Equal `activityOrder` of two activities on one platform: which runs first is chance.
void check_activities(const VersionRecord& record, const std::string& package, Findings& findings);

// Versions with scripts for one platform only, in a model that has scripts for both.
void check_platforms(const std::vector<Package>& packages, Findings& findings);

}  // namespace backstay::origam
