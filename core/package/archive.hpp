// Archives as members with bytes: zip through libzip from memory or ranges, gzip through libdeflate.
// Refuses names that leave their folder, duplicate names, bombs and lying lengths.
#pragma once

#include <string>
#include <vector>

#include "core/base/byte_source.hpp"
#include "core/base/limits.hpp"
#include "core/base/result.hpp"

namespace backstay {

enum class ArchiveFormat { none, gzip, zip };
// By the first bytes.
ArchiveFormat recognise_archive(const ByteSource& source);

}  // namespace backstay
