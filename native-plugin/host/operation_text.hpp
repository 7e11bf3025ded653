// Documents of the plugin as text for people.
#pragma once

#include <string>
#include <string_view>

namespace backstay::host {

// "backstay.operation/1". Names out of packages are shown without control characters.
std::string operation_text(std::string_view document);
// "backstay.backups/1", one backup a line; and one backup in full.
std::string backups_text(std::string_view document);
std::string backup_text(std::string_view document);

}  // namespace backstay::host
