// A Creatio delivery held against what is known about its target, beyond the dependencies of its packages.
#pragma once

#include <vector>

#include "core/deploy/environment.hpp"

namespace backstay::deploy {

// order/job-running, order/no-script-for-engine, order/unknown-table, order/locked-package, order/foreign-maintainer
// and order/older-version. What the environment does not tell is not checked.
void check_environment(const std::vector<const Package*>& packages, const Environment& environment, Findings& findings);

}  // namespace backstay::deploy
