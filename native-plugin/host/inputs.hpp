// Files and folders of the command line as inputs for the core.
#pragma once

#include <string>
#include <vector>

#include "core/base/byte_source.hpp"
#include "core/base/finding.hpp"
#include "core/base/limits.hpp"

namespace backstay::host {

struct OpenedInput {
  Input input;
  Findings findings;     // what could not be read or was left out
  bool usable = true;       // false: the path itself could not be opened; findings say why
  bool incomplete = false;  // parts of a folder could not be read; the rest is checked
};

// A file, a folder (walked; symbolic links that leave it are not followed, version control's own
// folders are left out) or "-" for standard input. Never fails; the order of files is by path.
OpenedInput open_input(const std::string& path, const Limits& limits);

// All bytes of one file or of standard input ("-"). Errors: missing, unreadable, limit_exceeded.
Result<std::string> read_text(const std::string& path, std::uint64_t max_bytes);

}  // namespace backstay::host
