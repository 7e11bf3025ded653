// Writing packed packages and deliveries, reproducible byte for byte (container.md, delivery.md).
#pragma once

#include <string>
#include <vector>

#include "core/base/byte_source.hpp"
#include "core/base/limits.hpp"
#include "core/base/result.hpp"

namespace backstay::creatio {

struct PackOptions {
  bool slash = false;  // '/' between the parts of record names, as packed on Linux, instead of '\'
};

struct PackedPackage {
  std::string name;   // from its descriptor
  std::string bytes;  // the .gz file
};

// Packs the only package below `folder`: the folder itself, its newest branches/<version>, or the only one
// of a workspace. Takes descriptor.json and the seven element folders, as the vendor's command line
// does, and leaves everything else out. The same files give the same bytes, whatever their dates and
// order: descriptor.json first, the others by path.
//
// Errors: not_recognised (no package), malformed (more than one, or a descriptor that cannot be read),
// unsafe (two names that differ only in case, a name that is no UTF-8), limit_exceeded, unreadable.
Result<PackedPackage> pack_package(const Input& folder, const Limits& limits, const PackOptions& options = {});

// Packs every package of every folder into the zip of a delivery, members named <Package>.gz in the
// order given. Errors as above, and unsafe for two packages of one name.
Result<std::string> pack_delivery(const std::vector<Input>& folders, const Limits& limits, const PackOptions& options = {});

}  // namespace backstay::creatio
