// This program's malloc, which its libraries use as well, and operator new with it: counts, and fails once.
#pragma once

#include <string>

namespace backstay::crash::allocations {

// From here on allocations are counted; number `n` returns nothing. 0: none.
void fail_at(unsigned long n);
// How many there were, written to a file when the process ends by _exit().
void report_to(const std::string& path);

}  // namespace backstay::crash::allocations
