// The versions that a database is said to stand at, beside the model.
#pragma once

#include <vector>

#include "core/base/finding.hpp"
#include "core/deploy/order.hpp"

namespace backstay::deploy {

// `stored`: ids or names with the stored version, for this model alone. Findings, all at the package they are about:
//   order/unknown-stored-version   a package that the model does not have (a mistyped name would silently count as an
//                                  empty database), or a number that cannot be read and counts as 0.0
//   order/older-version            the database is ahead of the package's current version, so nothing of it will run
void check_stored_versions(const PackageSet& model, const std::vector<InstalledPackage>& stored, Findings& findings);

}  // namespace backstay::deploy
