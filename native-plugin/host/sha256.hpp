// SHA-256 of an input, for the report.
#pragma once

#include <string>
#include <string_view>

#include "core/base/byte_source.hpp"

namespace backstay::host {

// Lower-case hex; empty when the bytes cannot be read. Reads once, in blocks.
std::string sha256_of(const ByteSource& source);
std::string sha256_of(std::string_view bytes);

}  // namespace backstay::host
