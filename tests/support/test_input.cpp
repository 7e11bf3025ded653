#include "tests/support/test_input.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace backstay::testing {
namespace {

const std::filesystem::path data = std::filesystem::path(BACKSTAY_SOURCE_DIR) / "tests" / "data";

std::string read_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  REQUIRE_MESSAGE(stream.good(), path.string());
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

std::string data_file(std::string_view path) { return read_file(data / path); }

Input input_from_folder(std::string_view folder) {
  Input input;
  input.path = folder;
  input.is_folder = true;
  const std::filesystem::path root = data / folder;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    input.files.push_back({entry.path().lexically_relative(root).generic_string(),
                           std::make_shared<MemorySource>(read_file(entry.path()))});
  }
  REQUIRE(!input.files.empty());
  return input;
}

Input input_from(std::vector<std::pair<std::string, std::string>> files) {
  Input input;
  input.path = "model";
  input.is_folder = true;
  for (auto& [path, text] : files) input.files.push_back({path, std::make_shared<MemorySource>(text)});
  return input;
}

}  // namespace backstay::testing
