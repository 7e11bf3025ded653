// What elements of the packages of one delivery need of each other, beyond the packages' own dependencies.
#pragma once

#include <vector>

#include "core/package/package.hpp"

namespace backstay::creatio {

// Looks at script dependencies, parents of schemas and objects of data bindings, as far as the element meant is
// in one of `packages`: a delivery leans on installed packages that nobody sees here, so that an element
// which is not found says nothing.
//
// Findings: package/script-dependency-engine and package/script-dependency-phase (a script that needs one of
// another engine, or of a later phase), package/unreachable-element (it lies in a package that this one does
// not depend on; only when all its dependencies, and theirs, are among `packages`).
Findings check_element_references(const std::vector<const Package*>& packages);

}  // namespace backstay::creatio
