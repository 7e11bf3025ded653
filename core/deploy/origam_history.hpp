// What ORIGAM hands to its sorter: the package list, entries filled in where a version has none, and
// packages left out that a database already has. Page: origam_order.md.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/deploy/history.hpp"
#include "core/deploy/order.hpp"

namespace backstay::deploy {

// Where a version of the history stands in the model.
struct ModelVersion {
  std::size_t package, version;  // indices into PackageSet::packages and deployment_versions
};

struct OrigamHistory {
  History history;
  std::vector<ModelVersion> source;          // per version of the history
  std::vector<std::size_t> packages;         // the package list, as indices into the model
  Findings findings;                         // where ORIGAM would refuse to fill in entries
};

// `active` are indices into model.packages: the package lists of all of them, one after the other, each
// package once. `stored` as in order_origam.
OrigamHistory origam_history(const PackageSet& model, const std::vector<std::size_t>& active, const std::vector<InstalledPackage>& stored);

// The stored version of a package: by id, else by name; "" when the database has none.
std::string stored_version(const Package& package, const std::vector<InstalledPackage>& stored);

}  // namespace backstay::deploy
