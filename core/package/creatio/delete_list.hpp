// `DeleteList.txt` of a backup folder: the packages that the install added (delivery.md).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/package/package.hpp"

namespace backstay::creatio {

// Lines "<package UId>,<name>", a third field is ignored. Lines that are neither that nor empty are
// reported to `findings` and skipped. `file` names the text in places.
std::vector<DeleteListEntry> read_delete_list(std::string_view bytes, const std::string& file, Findings& findings);

}  // namespace backstay::creatio
