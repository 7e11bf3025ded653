// `.origamPackage`: a package, its current version and what it references; `.origamGroupReference`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/finding.hpp"
#include "core/base/limits.hpp"
#include "core/package/package.hpp"

namespace backstay::origam {

struct PackageFile {
  Package package;    // id, name, version, description; dependencies = references, with ids only
  Findings findings;
};

// Errors: those of XmlFile::parse, malformed when there is no package element with an id.
Result<PackageFile> read_package_file(std::string_view bytes, std::string path, const Limits& limits);

// The package that owns the items of a folder with this file. Errors as above.
Result<std::string> read_group_reference(std::string_view bytes, std::string path, const Limits& limits);

}  // namespace backstay::origam
