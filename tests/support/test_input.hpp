// Inputs for tests: a folder of tests/data, or files given as text.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/byte_source.hpp"

namespace backstay::testing {

// Every file below tests/data/<folder>, paths relative to it.
Input input_from_folder(std::string_view folder);
// Bytes of tests/data/<path>. Fails the test when there is no such file.
std::string data_file(std::string_view path);
Input input_from(std::vector<std::pair<std::string, std::string>> files);

}  // namespace backstay::testing
