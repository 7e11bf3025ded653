// From the files of one package to the model: which file belongs to which element, counted and read.
#pragma once

#include <functional>

#include "core/package/archive.hpp"
#include "core/package/creatio/container.hpp"
#include "core/package/creatio/package_files.hpp"

namespace backstay::creatio {

// A package and what reading it had to say.
struct ReadPackage {
  Package package;
  Findings findings;  // oddities; finding.package is the package's name
};

// Reads the package whose files these are. Contents in memory are copied only for scripts, so the
// answer needs neither `files` nor what they point into.
//
// Errors: malformed when there is no descriptor.json that names a package (at.file is the descriptor
// or `file`), not_recognised for a template, limit_exceeded.
Result<ReadPackage> read_package(const PackageFiles& files, const std::string& file, const Limits& limits);

// The same for a packed package: unpacks `packed`, walks its records, reads them and adds what only a
// container has. Places inside it are "<file without .gz>/...".
//
// packed  the gzip file, borrowed; file names it in errors
// look    called with the files while they are in memory, once the package could be read; may be empty
Result<ReadPackage> read_packed_package(std::span<const std::byte> packed, const std::string& file, const Limits& limits,
                                        InflateBudget& budget, InflateBuffer& buffer,
                                        const std::function<void(const PackageFiles&, const Package&)>& look = {});

}  // namespace backstay::creatio
