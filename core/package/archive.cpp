#include "core/package/archive.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

namespace backstay {

ArchiveFormat recognise_archive(std::span<const std::byte> head) {
  const std::string_view text = as_text(head);
  if (text.starts_with("\x1F\x8B")) return ArchiveFormat::gzip;
  for (const std::string_view mark : {"PK\x03\x04", "PK\x05\x06", "PK\x07\x08"}) {
    if (text.starts_with(mark)) return ArchiveFormat::zip;
  }
  return ArchiveFormat::none;
}

ArchiveFormat recognise_archive(const ByteSource& source) {
  std::array<std::byte, 4> head{};
  const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(source.size(), head.size()));
  const std::span<std::byte> part(head.data(), length);
  if (!source.read(0, part)) return ArchiveFormat::none;
  return recognise_archive(std::span<const std::byte>(part.data(), part.size()));
}

void InflateBuffer::Free::operator()(std::byte* bytes) const { std::free(bytes); }

bool InflateBuffer::reserve(std::size_t size, std::size_t keep) {
  if (size <= capacity_) return true;
  if (keep == 0) release();
  // malloc and not new: the core is built without exceptions, where a failed new ends the program.
  auto* bytes = static_cast<std::byte*>(std::malloc(size));
  if (!bytes) return false;
  if (keep > 0) std::memcpy(bytes, bytes_.get(), keep);
  bytes_.reset(bytes);
  capacity_ = size;
  return true;
}

void InflateBuffer::release() {
  bytes_.reset();
  capacity_ = 0;
}

std::uint64_t InflateBudget::allowed(std::uint64_t packed) const {
  const std::uint64_t all = free_ + ratio_ * (packed_ + packed);
  const std::uint64_t left = all > inflated_ ? all - inflated_ : 0;
  return std::min(left, most_);
}

void InflateBudget::spend(std::uint64_t packed, std::uint64_t inflated) {
  packed_ += packed;
  inflated_ += inflated;
}

}  // namespace backstay
