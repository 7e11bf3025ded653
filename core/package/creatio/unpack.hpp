// From containers and deliveries back to files. The core writes nothing: the host does, once all names
// are known to be safe.
#pragma once

#include <functional>
#include <string_view>

#include "core/base/byte_source.hpp"
#include "core/base/limits.hpp"
#include "core/base/result.hpp"

namespace backstay::creatio {

// `path` is relative, '/' separated and safe on every system; `bytes` are good for the call only.
// Returns false to stop.
using UnpackSink = std::function<bool(std::string_view path, std::string_view bytes)>;

// Unpacks a container, a delivery zip, or zips of them. Files of a container go to "<its name without .gz>/...".
//
// The whole input is read and every name checked before the sink sees the first file: an archive with
// one bad name or one damaged member writes nothing. Errors: those of the readers; unsafe for a name that
// leaves its folder, means a device or a hidden stream on Windows, or needs a file and a folder of one
// name; cancelled.
Result<Nothing> unpack(const Input& input, const Limits& limits, const UnpackSink& sink);

}  // namespace backstay::creatio
