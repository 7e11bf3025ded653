// The order in which ORIGAM takes the packages of a model: each after those it references.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/package/package.hpp"

namespace backstay::origam {

// Indices into `packages`. Depth first from `top` over references in document order, each package once,
// `top` last. Unknown references are passed over; a circle is left at the package that closes it.
std::vector<std::size_t> package_list(const std::vector<Package>& packages, std::size_t top);

// Packages that no other one references, in the given order. When all stand in circles: the first
// package of each circle that nothing outside it references.
std::vector<std::size_t> top_packages(const std::vector<Package>& packages);

// Leaves only the package of this id or name and what it references, as ORIGAM deploys it. When the model has no such
// package everything stays, and a finding says so.
void choose_active_package(PackageSet& model, std::string_view id_or_name);

// Circular references, each as the indices along the circle, the first one not repeated.
std::vector<std::vector<std::size_t>> reference_circles(const std::vector<Package>& packages);

}  // namespace backstay::origam
