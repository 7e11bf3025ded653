#include "wasm/host_source.hpp"

#include <algorithm>
#include <cstring>

#include "core/base/hex.hpp"

extern "C" {
#include <sodium/crypto_hash_sha256.h>
__attribute__((import_module("backstay"), import_name("host_read"))) int backstay_host_read(
    int file, double offset, void* into, std::size_t size);
}

namespace backstay::wasm {
namespace {

constexpr std::size_t window_bytes = 256 * 1024;
constexpr std::size_t hash_piece_bytes = 1024 * 1024;

// libzip reads headers a few bytes at a time, and each question to a Blob costs a tenth of a
// millisecond. One window serves all files: a reader works on one of them at a time.
struct Window {
  int file = -1;
  std::uint64_t begin = 0;
  std::vector<std::byte> bytes;
};

Window& window() {
  static Window only;
  return only;
}

class HostFile final : public ByteSource {
 public:
  HostFile(int index, std::uint64_t size) : index_(index), size_(size) {}
  std::uint64_t size() const override { return size_; }

  bool read(std::uint64_t offset, std::span<std::byte> into) const override {
    if (offset > size_ || into.size() > size_ - offset) return false;
    if (into.size() >= window_bytes) return ask(offset, into);
    Window& cache = window();
    const bool inside = cache.file == index_ && offset >= cache.begin && offset - cache.begin + into.size() <= cache.bytes.size();
    if (!inside) {
      cache.file = -1;
      cache.bytes.resize(static_cast<std::size_t>(std::min<std::uint64_t>(window_bytes, size_ - offset)));
      if (!ask(offset, cache.bytes)) return false;
      cache.file = index_;
      cache.begin = offset;
    }
    if (!into.empty()) std::memcpy(into.data(), cache.bytes.data() + (offset - cache.begin), into.size());
    return true;
  }

 private:
  bool ask(std::uint64_t offset, std::span<std::byte> into) const {
    return into.empty() || backstay_host_read(index_, static_cast<double>(offset), into.data(), into.size()) != 0;
  }
  int index_;
  std::uint64_t size_;
};

}  // namespace

std::shared_ptr<const ByteSource> host_file(int index, std::uint64_t size) {
  if (window().file == index) window().file = -1;  // the number meant another file in an earlier request
  return std::make_shared<HostFile>(index, size);
}

std::string sha256_of(const ByteSource& source, std::string_view path, Progress& progress) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  const std::string what = "hashing " + std::string(path);
  std::vector<std::byte> piece(static_cast<std::size_t>(std::min<std::uint64_t>(hash_piece_bytes, source.size())));
  for (std::uint64_t offset = 0; offset < source.size(); offset += piece.size()) {
    piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), source.size() - offset)));
    if (!progress.report(what, offset, source.size()) || !source.read(offset, piece)) return "";
    crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(piece.data()), piece.size());
  }
  unsigned char digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256_final(&state, digest);
  return hex_of(digest);
}

std::string sha256_hex(std::string_view bytes) {
  unsigned char digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(digest, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  return hex_of(digest);
}

}  // namespace backstay::wasm
