// What can be asked about an installation without changing it.
#pragma once

#include <string>
#include <string_view>

#include "native-plugin/apply/installation.hpp"

namespace backstay::plugin {

// "backups", "backup" ({"backup_id"}), "journal", "operations", "unfinished", "features", "store": JSON.
// Errors: not_recognised for anything else; missing; as Journal::open.
Result<std::string> answer_query(Installation& installation, std::string_view what, std::string_view params);

}  // namespace backstay::plugin
