// Files of the repository as inputs of the core.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "core/base/byte_source.hpp"

namespace backstay::testing {

// `path` is relative to the repository. Aborts when the file cannot be read: a test without its data
// must not pass.
inline std::string read_test_file(const std::string& path) {
  std::ifstream file(std::string(BACKSTAY_SOURCE_DIR) + "/" + path, std::ios::binary);
  if (!file) std::abort();
  return {std::istreambuf_iterator<char>(file), {}};
}

inline Input file_input(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  return {.path = name, .is_folder = false, .files = {{.path = name, .bytes = std::make_shared<MemorySource>(read_test_file(path))}}, .sha256 = {}};
}

inline Input bytes_input(const std::string& name, std::string_view bytes) {
  return {.path = name, .is_folder = false, .files = {{.path = name, .bytes = std::make_shared<MemorySource>(bytes)}}, .sha256 = {}};
}

inline Input folder_input(const std::string& path) {
  namespace fs = std::filesystem;
  const fs::path root = fs::path(BACKSTAY_SOURCE_DIR) / path;
  Input input{.path = path, .is_folder = true, .files = {}, .sha256 = {}};
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    const std::string inside = entry.path().lexically_relative(root).generic_string();
    input.files.push_back({.path = inside, .bytes = std::make_shared<MemorySource>(read_test_file(path + "/" + inside))});
  }
  if (input.files.empty()) std::abort();
  std::sort(input.files.begin(), input.files.end(), [](const InputFile& a, const InputFile& b) { return a.path < b.path; });
  return input;
}

}  // namespace backstay::testing
