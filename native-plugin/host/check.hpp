// Reading and checking the inputs of a command line, several at a time.
#pragma once

#include <string>
#include <vector>

#include "native-plugin/host/checking_options.hpp"

namespace backstay::host {

// Checks every path, `resolved.jobs` at a time; the report has them in the order given.
report::Report check_paths(const std::vector<std::string>& paths, const Resolved& resolved);

// True, and told, when --active names a package that a model does not have.
bool tell_unknown_active(const Findings& findings);

// Which inputs could not be read and why, on standard error: for commands whose standard output is no report.
void tell_unreadable(const report::Report& report);
void tell_unreadable(const Findings& findings);  // of an input whose name they bear

// The exit code that a report means (contract.md).
int exit_code_of(const report::Report& report, FailOn fail_on);

}  // namespace backstay::host
