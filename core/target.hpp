// The scripts of a delivery beside the tables of the target.
#pragma once

#include <vector>

#include "core/preflight.hpp"

namespace backstay {

// Nothing without a list of tables in the environment. What the delivery makes itself counts as there: its objects, and
// what any of its scripts creates or adds. ORIGAM's versions that ran already are passed over.
//   order/unknown-table    a script changes a table that is nowhere
//   order/unknown-column   the table is there and its columns are known, and one that is named is not among them
void compare_with_target(std::vector<CheckedInput>& inputs, const PreflightOptions& options);

}  // namespace backstay
