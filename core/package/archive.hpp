// What zip and gzip reading share: recognition by the first bytes, a buffer that is used again for
// every member, and a budget that keeps small archives from becoming much work.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "core/base/byte_source.hpp"
#include "core/base/limits.hpp"
#include "core/base/result.hpp"

namespace backstay {

enum class ArchiveFormat { none, gzip, zip };

// By the first bytes: 1F 8B is gzip, "PK" with a local header, an empty archive's end record or a
// spanning mark is zip.
ArchiveFormat recognise_archive(std::span<const std::byte> head);
ArchiveFormat recognise_archive(const ByteSource& source);

inline std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Bytes that nobody wrote to yet: growing does not fill, so that a large package costs its pages once.
class InflateBuffer {
 public:
  // At least `size` bytes; the first `keep` of the old ones survive. False when there is no memory.
  bool reserve(std::size_t size, std::size_t keep = 0);
  std::byte* data() { return bytes_.get(); }
  std::size_t capacity() const { return capacity_; }
  // Gives the memory back.
  void release();

 private:
  struct Free {
    void operator()(std::byte* bytes) const;
  };
  std::unique_ptr<std::byte[], Free> bytes_;
  std::size_t capacity_ = 0;
};

// How much one input may inflate to, counted over all its members and depths. An honest package
// inflates 3 to 20 times; a bomb 1000 times.
class InflateBudget {
 public:
  explicit InflateBudget(const Limits& limits)
      : free_(limits.inflate_ratio_free_bytes), ratio_(limits.max_inflate_ratio), most_(limits.max_package_inflated_bytes) {}
  // Bytes that a member of `packed` bytes may still inflate to.
  std::uint64_t allowed(std::uint64_t packed) const;
  void spend(std::uint64_t packed, std::uint64_t inflated);

 private:
  std::uint64_t free_, ratio_, most_;
  std::uint64_t packed_ = 0, inflated_ = 0;
};

}  // namespace backstay
