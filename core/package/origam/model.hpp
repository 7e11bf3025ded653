// An ORIGAM model: a folder tree of packages with deployment versions. Format: model.md.
#pragma once

#include "core/base/byte_source.hpp"
#include "core/base/limits.hpp"
#include "core/package/package.hpp"

namespace backstay::origam {

// By file names alone: a folder (or the members of a zip) that holds an `.origamPackage`.
bool looks_like_origam(const Input& input);

// Reads every package, deployment version and command text. Damaged or missing parts become findings
// of the set and the rest goes on. Packages come in package list order (each after those it
// references), versions ascending, scripts in the order they run.
//
// Errors: not_recognised without any readable package, limit_exceeded for the number of files,
// cancelled. `progress` may be null.
Result<PackageSet> read_origam_model(const Input& input, const Limits& limits, Progress* progress);

}  // namespace backstay::origam
