// Files that stay with the host (a Blob in the browser, an open file in node): read by ranges.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/byte_source.hpp"

namespace backstay::wasm {

// The host's file number `index` of the current request, `size` bytes long.
std::shared_ptr<const ByteSource> host_file(int index, std::uint64_t size);

// Lower-case hex, read piece by piece; empty when the host stops it or cannot deliver the bytes.
std::string sha256_of(const ByteSource& source, std::string_view path, Progress& progress);

// Lower-case hex of some bytes in memory.
std::string sha256_hex(std::string_view bytes);

}  // namespace backstay::wasm
