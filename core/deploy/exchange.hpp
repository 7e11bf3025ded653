// The sorter as data in, data out, for tests and tools. Format: exchange.md.
#pragma once

#include <string>
#include <string_view>

#include "core/base/limits.hpp"
#include "core/base/result.hpp"
#include "core/deploy/history.hpp"

namespace backstay::deploy {

// Reads {"versions": [...]} as a history. `file` names the text in errors.
// Errors: malformed, for text that is no JSON of that shape or for a number that is none;
// limit_exceeded for versions or depth.
Result<History> read_exchange(std::string_view json, std::string_view file, const Limits& limits);

// Sorts and answers as one line of JSON with a line break. A deadlock is an answer, not an error.
Result<std::string> order_exchange(std::string_view json, std::string_view file, const Limits& limits);

}  // namespace backstay::deploy
