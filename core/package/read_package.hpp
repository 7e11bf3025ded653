// From the bytes of one input to a PackageSet, whatever the format; by content, not by extension.
#pragma once

#include <functional>

#include "core/base/byte_source.hpp"
#include "core/base/limits.hpp"
#include "core/package/package.hpp"

namespace backstay {

// Called with each package as soon as it is complete, so that its scripts can be checked and its
// bytes released before the next one is read. Returns false to stop.
using PackageSink = std::function<bool(Package&& package)>;

// Called with every file of a package just before the package itself goes to its sink; `path` is the one inside
// the package, `bytes` are good for the call only. Returns false to stop.
using FileSink = std::function<bool(const Package& package, std::string_view path, std::string_view bytes)>;

// Recognises and reads one input. Packages go to `sink` and are not in the set that comes back, except
// for ORIGAM models, which need all their files first: those are in the set.
// Errors: only when nothing of the input could be used; a damaged member of a delivery becomes a
// finding of the set and the other members go on.
// `files` gets all files of Creatio packages; absent costs nothing. ORIGAM models hand out none.
Result<PackageSet> read_package_set(const Input& input, const Limits& limits, Progress* progress, const PackageSink& sink,
                                    const FileSink& files = {});

}  // namespace backstay
