// Whether what a database has stored decides about the order of an ORIGAM model.
#pragma once

#include <vector>

#include "core/deploy/order.hpp"

namespace backstay::deploy {

// order/deadlock-for-some-states: the model has an order for some stored versions and none for others; the message names
// the states. A stored version matters only by being below the package's current one or not, so a state is the set of
// packages that are left out. In a set without repeated numbers and odd own entries leaving packages out only takes waits
// away: then what is orderable for an empty database is orderable for all, and only the other way round is looked for.
//
// `ok_here`: whether there is an order for `stored`, the packages of `active` together.
void check_states(const PackageSet& model, const std::vector<std::size_t>& active, const std::vector<InstalledPackage>& stored, bool ok_here,
                  Findings& findings);

}  // namespace backstay::deploy
