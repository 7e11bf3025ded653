// `Data/<Name>/`: rows that an install brings along (data_binding.md).
#pragma once

#include "core/package/creatio/package_files.hpp"

namespace backstay::creatio {

struct BindingFiles {
  std::string_view folder;
  const PackageFile* descriptor = nullptr;
  const PackageFile* data = nullptr;
  std::size_t localizations = 0;  // Localization/data.<culture>.json, or data.<culture>.json beside data.json
};

// Appends to reading.package.data_bindings and its counts. Whatever is wrong is a finding.
void read_binding(const BindingFiles& files, Reading& reading);

}  // namespace backstay::creatio
