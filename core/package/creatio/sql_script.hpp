// `SqlScripts/<Name>/`: a script's text and when it runs (sql_script.md).
#pragma once

#include "core/package/creatio/package_files.hpp"

namespace backstay::creatio {

struct ScriptFiles {
  std::string_view folder;
  const PackageFile* descriptor = nullptr;
  std::vector<const PackageFile*> texts;  // every .sql directly in the folder
};

// Appends to reading.package.scripts and its counts. Whatever is wrong is a finding; a script whose
// descriptor cannot be read is still taken, so that its text gets checked.
void read_script(const ScriptFiles& files, Reading& reading);

}  // namespace backstay::creatio
