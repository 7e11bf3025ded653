// Parts of paths as texts; no file is looked at.
#pragma once

#include <string_view>

namespace backstay {

// The last name of a path inside a package, whose separator is "/".
constexpr std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// The same of a path as a user wrote it, on any system.
constexpr std::string_view base_name(std::string_view path) { return path.substr(path.find_last_of("/\\") + 1); }

// What stands before the last "/": "" for a name at the top.
constexpr std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

}  // namespace backstay
