// Which operation a restore takes back, and those behind it, as far as their changes are still there.
#pragma once

#include <string>
#include <vector>

#include "core/apply/machine.hpp"
#include "native-plugin/journal/journal.hpp"

namespace backstay::plugin {

// In the order they were made. An operation that a later restore has taken back is left out, and so is that restore.
// A backup that the journal does not know has no later operations. Errors: those of reading the journal.
Result<std::vector<apply::LaterOperation>> later_operations(Journal& journal, const std::string& backup_id);

// The backup of the newest operation whose changes are there: one that was rolled back has nothing to take back. By the journal's
// order: the clock may have been set back, and says the same of two operations of one instant.
// Errors: missing when there is none; those of reading the journal.
Result<std::string> newest_backup(Journal& journal);

}  // namespace backstay::plugin
