// SHA-256 of an input, for the report.
#pragma once

#include <string>

#include "core/base/byte_source.hpp"

namespace backstay::host {

// Lower-case hex; empty when the bytes cannot be read. Reads once, in blocks.
std::string sha256_of(const ByteSource& source);

}  // namespace backstay::host
