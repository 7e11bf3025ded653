// A proposed repair, made in the bytes of the version files that it names.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/limits.hpp"
#include "core/base/result.hpp"
#include "core/deploy/order.hpp"

namespace backstay::deploy {

// One file, before and after.
struct RepairedFile {
  std::string file;           // inside the input
  std::string before, after;  // all bytes
};

// Gives all bytes of a file of the input, or the reason why not.
using ReadFile = std::function<Result<std::string>(const std::string& file)>;

// Makes all edits of `repair`, in the order of the files it names first; no byte changes but those of the
// numbers, or of the lines that go. Nothing is proved here: sort the edited set before it is trusted.
// Errors: those of `read` and of origam::edit_dependency.
Result<std::vector<RepairedFile>> make_repair(const Repair& repair, const ReadFile& read, const Limits& limits);

}  // namespace backstay::deploy
