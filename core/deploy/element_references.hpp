// What elements of the packages of one delivery need of each other and of the target, beyond the packages' own
// dependencies.
#pragma once

#include <vector>

#include "core/deploy/environment.hpp"
#include "core/package/package.hpp"

namespace backstay::deploy {

// Looks at script dependencies, parents of schemas and objects of data bindings. An element is looked for in `packages`
// first, then among the elements that the target is known to have.
//
// Findings: package/script-dependency-engine and package/script-dependency-phase (a script that needs one of
// another engine, or of a later phase), package/unreachable-element (it lies in a package that this one does
// not depend on; only where all its dependencies, and theirs, are known), order/missing-element (it is nowhere; only
// when all elements of that kind of the target are known: a delivery leans on installed packages).
Findings check_element_references(const std::vector<const Package*>& packages, const Environment& environment = {});

}  // namespace backstay::deploy
