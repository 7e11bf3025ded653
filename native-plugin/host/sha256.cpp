#include "native-plugin/host/sha256.hpp"

#include <algorithm>
#include <vector>

#include "native-plugin/fs/digest.hpp"

namespace backstay::host {

std::string sha256_of(const ByteSource& source) {
  plugin::Sha256 digest;
  std::vector<std::byte> block(1 << 18);
  const std::uint64_t size = source.size();
  for (std::uint64_t at = 0; at < size;) {
    const std::size_t part = static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), size - at));
    if (!source.read(at, std::span(block).first(part))) return "";
    digest.add(block.data(), part);
    at += part;
  }
  return digest.hex();
}

std::string sha256_of(std::string_view bytes) { return plugin::sha256(bytes); }

}  // namespace backstay::host
