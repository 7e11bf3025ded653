// What is odd in the versions of an ORIGAM model although it may be orderable.
#pragma once

#include "core/base/finding.hpp"
#include "core/package/package.hpp"

namespace backstay::deploy {

// Repeated numbers, entries that name nothing, entries and versions above what is current, lists that are
// missing. Rules: core/deploy/rules. Appends to `findings` in the order of packages and versions.
void lint_origam(const PackageSet& model, Findings& findings);

}  // namespace backstay::deploy
