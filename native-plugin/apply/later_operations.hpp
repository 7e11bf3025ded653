// Operations behind the one that a restore takes back, as far as their changes are still there.
#pragma once

#include <string>
#include <vector>

#include "core/apply/machine.hpp"
#include "native-plugin/journal/journal.hpp"

namespace backstay::plugin {

// In the order they were made. An operation that a later restore has taken back is left out, and so is that restore.
// A backup that the journal does not know has no later operations. Errors: those of reading the journal.
Result<std::vector<apply::LaterOperation>> later_operations(Journal& journal, const std::string& backup_id);

}  // namespace backstay::plugin
