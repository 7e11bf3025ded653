// `Schemas/<Name>/`: what the elements of a package are, and which columns its objects own (schema.md).
#pragma once

#include "core/package/creatio/package_files.hpp"

namespace backstay::creatio {

// Files of one element folder, by what they are; nullptr when absent.
struct SchemaFiles {
  std::string_view folder;
  const PackageFile* descriptor = nullptr;
  const PackageFile* metadata = nullptr;
};

// Appends to reading.package.schemas and its counts. Whatever is wrong is a finding.
void read_schema(const SchemaFiles& files, Reading& reading);

}  // namespace backstay::creatio
