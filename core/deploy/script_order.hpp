// In which order the SQL scripts of a Creatio install run (formats/creatio.md section 5).
#pragma once

#include <vector>

#include "core/deploy/order.hpp"

namespace backstay::deploy {

struct OrderedScript {
  const Package* package = nullptr;
  const Script* script = nullptr;
};

// The scripts of one phase over all packages, which come in their install order. A script comes after those it
// depends on; otherwise packages in the order given and, inside one, by name: the vendor leaves that open, so it is
// our choice. Of scripts that depend on each other in a circle the smallest in that order goes first.
//
// Dependencies are looked up by UId, then by name, among the scripts of the same phase.
std::vector<OrderedScript> order_scripts(const std::vector<const Package*>& packages, InstallType phase);

// order/script-cycle for scripts of one phase that depend on each other.
Findings check_script_cycles(const std::vector<const Package*>& packages);

}  // namespace backstay::deploy
