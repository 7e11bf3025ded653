// One preflight as the JavaScript side asks for it.
#pragma once

#include <string_view>
#include <vector>

#include "core/preflight.hpp"

namespace backstay::wasm {

struct Request {
  std::vector<Input> inputs;
  std::vector<Input> previous;  // what the inputs replace
  PreflightOptions options;  // limits are those of a browser tab
  report::Format format = report::Format::json;
  report::WriteOptions write;
  bool order_only = false;   // what `backstay order` prints instead of the report
};

// Reads {"inputs": [{"path", "folder": bool, "sha256": text or null, "files": [{"path", "size"}],
//                     "changes": [{"path", "text"}] or absent}],  files inside the input to read this text instead of
//        "previous": the same, what the inputs replace (may be missing),
//        "options": text of a configuration (core/config.hpp) or null,
//        "environment": text of a target's description (core/deploy/environment.hpp) or null,
//        "format": text, "lang": text, "quiet": bool, "order_only": bool}.
// Files are numbered over all inputs from 0; their bytes are asked from the host (host_source.hpp).
// Errors: malformed, with the place inside the options or environment text when that is to blame.
Result<Request> read_request(std::string_view text);

}  // namespace backstay::wasm
