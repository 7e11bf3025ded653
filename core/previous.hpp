// The scripts of a delivery beside others: those of the version before it, and each other.
#pragma once

#include <vector>

#include "core/preflight.hpp"

namespace backstay {

// Compares every script with the one of the same package and id (or name) in `previous`, by modification date and by
// text, and sets ScriptEntry::change. Only new and changed scripts are run by an update, so only they count for the
// rollback. When the previous version of a script is known:
//   sql/replace-view-column-set, sql/replace-routine-signature   become warnings with the difference, and the script
//       is undone with captured definitions only, when running the previous version again fails; otherwise they go
//   package/script-date-unchanged   the text differs and the date does not, so an update leaves the script out
// Source: formats of the vendor's update, "only changes are installed"; core/rollback/plan.hpp.
void compare_with_previous(std::vector<CheckedInput>& inputs, const std::vector<CheckedInput>& previous, const PreflightOptions& options);

// A trigger or constraint that one script switches off and a later one switches on again: the finding of the first
// names the second. In between the installation can stop.
void name_later_enables(std::vector<CheckedInput>& inputs);

}  // namespace backstay
