// `descriptor.json` of a package (descriptor.md) and `Files/app-descriptor.json`.
#pragma once

#include "core/package/creatio/package_files.hpp"

namespace backstay::creatio {

// Fills identity, version, type and dependencies of reading.package from the package's own descriptor.
// Oddities go to reading.findings. Errors: malformed (no JSON, no "Descriptor", no name),
// not_recognised for a template, whose placeholders are still unfilled; limit_exceeded.
Result<Nothing> read_descriptor(const PackageFile& file, Reading& reading);

// Fills reading.package.app. Whatever is wrong with it is a finding.
void read_app_descriptor(const PackageFile& file, Reading& reading);

}  // namespace backstay::creatio
