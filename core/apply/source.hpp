// The files of a delivery under the keys an apply uses, whatever they were packed in.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_source.hpp"
#include "core/base/limits.hpp"
#include "core/base/result.hpp"

namespace backstay::apply {

// SHA-256 of the bytes as lower-case hex. The core has none of its own: the host hands one in.
using DigestFunction = std::function<std::string(std::string_view bytes)>;

// One file of a delivery. The plan holds no bytes, only these.
struct Content {
  std::string key;    // "<Package>/<path inside the package>": unique in a delivery, and the key in an element store
  std::string input;  // Input::path it lies in
  std::uint64_t bytes = 0;
  std::string sha256;  // empty without a digest function
};

// Called with every file of an input; `bytes` are good for the call only. Returns false to stop.
using ContentSink = std::function<bool(std::string_view key, std::string_view bytes)>;

// Walks over all files of packages in one input: folder, container, delivery, ORIGAM model, promotion, script.
// Files that belong to no package come under their own path. Errors: those of the readers; cancelled.
Result<Nothing> read_contents(const Input& input, const Limits& limits, const ContentSink& sink);

// The same as a list with digests, sorted by key. `digest` may be empty.
Result<std::vector<Content>> list_contents(const Input& input, const Limits& limits, const DigestFunction& digest);

}  // namespace backstay::apply
