// Where results go: standard output, or a file that appears complete or not at all.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace backstay::host {

// Writes everything to standard output. Errors: unreadable, with the system's reason (a full disk, a
// closed pipe).
Result<Nothing> write_stdout(std::string_view text);

// Writes beside `path` under a temporary name, syncs and renames; on an error nothing is left behind.
// A device or a pipe (/dev/stdout) is written directly, because it cannot be replaced.
Result<Nothing> write_file(const std::string& path, std::string_view bytes);

// To `output`, or to standard output when that is empty; an error is told on standard error.
// Returns false then.
bool deliver(std::string_view text, const std::string& output);

// "backstay: " and the message on standard error.
void complain(std::string_view message);

}  // namespace backstay::host
