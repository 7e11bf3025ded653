// Counts the items of one list of a JSON text without building anything: data bindings hold most of
// the JSON of a package, and only their number of rows is asked for.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/base/result.hpp"

namespace backstay {

// Items of the list `key` of the outermost object; 0 when there is no such list. A repeated key counts
// its last list. A comma before a closing bracket is accepted and adds no item.
//
// Checks the structure: brackets, strings and their escapes, commas and colons, literals and numbers by their
// characters. It accepts every text that parse_json() accepts leniently, and gives the same number.
// Errors: malformed with line, column and offset; limit_exceeded for depth.
Result<std::size_t> count_json_items(std::string_view text, std::string_view file, std::string_view key, std::size_t max_depth);

}  // namespace backstay
