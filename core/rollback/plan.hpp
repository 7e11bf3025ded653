// What a rollback of this delivery would do, and whether it can be complete.
#pragma once

#include <vector>

#include "core/report/report.hpp"

namespace backstay::rollback {

struct PlanInput {
  const std::vector<Package>& packages;
  const std::vector<report::ScriptEntry>& scripts;
  const deploy::Order& order;                            // steps give the order that is undone backwards
  const std::vector<deploy::InstalledPackage>& installed;  // empty: nothing is known about the target
  bool has_promotion = false;
};

// The verdict takes the worst of what the scripts leave behind, in this order:
//   impossible    a script that runs at install time cannot be undone, or was not understood
//   suspended     a Creatio script is not confirmed backward compatible: the platform holds its rollback
//   with_capture  rows or definitions must be saved before a statement runs
//   full          the package backup and the previous scripts bring everything back
// Source: formats/creatio.md section 7 for the platform's own rules; the classes are sql/rules.md section 6.
// Every script is taken as new or changed unless the previous version was given and has it unchanged.
report::Rollback plan(const PlanInput& input);

}  // namespace backstay::rollback
