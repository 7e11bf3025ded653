// Single files of an upload: to show one, and to check the upload with some of them changed.
#pragma once

#include <string>
#include <vector>

#include "core/base/byte_source.hpp"
#include "core/base/limits.hpp"
#include "core/base/result.hpp"

namespace backstay::wasm {

// All bytes of `file`, a path inside the input as the report names it, whatever the input is packed in.
// Errors: missing when there is no such file; those of the readers; limit_exceeded.
Result<std::string> read_stored_file(const Input& input, const std::string& file, const Limits& limits);

struct Change {
  std::string file, bytes;
};

// The input with some files replaced. A zip becomes the folder of its members, so this is for what is
// read as files anyway (ORIGAM models). Errors: those of the zip reader; missing for a file that is not there.
Result<Input> with_changes(const Input& input, const std::vector<Change>& changes, const Limits& limits);

}  // namespace backstay::wasm
