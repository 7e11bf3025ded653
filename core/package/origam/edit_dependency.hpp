// Changes one entry of a deployment version's dependency list and no other byte of the file.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/limits.hpp"
#include "core/base/result.hpp"

namespace backstay::origam {

struct DependencyEdit {
  std::string version_id;         // `id` of the DeploymentVersion; any form of a GUID
  std::size_t entry = 0;          // which usable line of its list, from 0: the index in DeploymentVersion::dependencies
  std::string package_id;         // what that line has to name, any form of a GUID ...
  std::string from;               // ... and at which number, blanks round it ignored
  std::optional<std::string> to;  // the number to stand there: digits, dots, signs; nullopt takes the line out
};

struct EditedFile {
  std::string bytes;
  std::string before, after;  // the line, trimmed; `after` is empty when it was taken out
};

// `bytes` is a version file as stored, UTF-8 with or without a mark, in the current or the older form;
// `path` names it in errors. Only the bytes of the number change, or the line goes together with the
// break before it (the first line: with the break behind it). The new bytes are read again: elements,
// attributes and lists are the same but for that entry.
//
// Errors: missing when there is no such version, list or entry; malformed when the entry says something
// else than expected (the file is not the one the edit was made for), when the id stands twice, or when
// `to` is no number; not_recognised for other encodings; those of XmlFile::parse.
Result<EditedFile> edit_dependency(std::string_view bytes, const std::string& path, const DependencyEdit& edit, const Limits& limits);

}  // namespace backstay::origam
