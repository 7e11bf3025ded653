#include "core/package/gzip.hpp"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>

namespace backstay {
namespace {

struct FreeDecompressor {
  void operator()(libdeflate_decompressor* decompressor) const { libdeflate_free_decompressor(decompressor); }
};
using Decompressor = std::unique_ptr<libdeflate_decompressor, FreeDecompressor>;

// libdeflate needs all input and all room at once. zlib is slower but goes step by step: it serves for
// the first look and, once libdeflate has refused, for finding the place of the damage.
class ZlibStream {
 public:
  // window_bits: 31 for gzip, -15 for raw deflate.
  ZlibStream(std::span<const std::byte> packed, int window_bits) : packed_(packed) {
    ready_ = inflateInit2(&stream_, window_bits) == Z_OK;
    feed();
  }
  ~ZlibStream() {
    if (ready_) inflateEnd(&stream_);
  }
  ZlibStream(const ZlibStream&) = delete;
  ZlibStream& operator=(const ZlibStream&) = delete;

  // Fills as much of `into` as possible; returns the bytes written. status() tells why it stopped.
  std::size_t read(std::span<std::byte> into) {
    if (!ready_) return 0;
    std::size_t done = 0;
    while (done < into.size()) {
      if (stream_.avail_in == 0) feed();
      const auto room = static_cast<uInt>(std::min<std::size_t>(into.size() - done, 1u << 30));
      stream_.next_out = reinterpret_cast<Bytef*>(into.data() + done);
      stream_.avail_out = room;
      status_ = inflate(&stream_, Z_NO_FLUSH);
      done += room - stream_.avail_out;
      if (status_ != Z_OK) break;
    }
    return done;
  }
  // Z_OK: there is more; Z_STREAM_END: the member is over; Z_BUF_ERROR: the input is.
  int status() const { return status_; }
  std::size_t used() const { return fed_ - stream_.avail_in; }
  const char* problem() const { return stream_.msg; }

 private:
  void feed() {
    const auto part = static_cast<uInt>(std::min<std::size_t>(packed_.size() - fed_, 1u << 30));
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed_.data() + fed_));
    stream_.avail_in = part;
    fed_ += part;
  }

  std::span<const std::byte> packed_;
  std::size_t fed_ = 0;
  z_stream stream_{};
  bool ready_ = false;
  int status_ = Z_OK;
};

constexpr std::size_t smallest_member = 18;  // header of 10, trailer of 8

std::uint32_t read_u32(std::span<const std::byte> bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value |= static_cast<std::uint32_t>(bytes[at + i]) << (8 * i);
  return value;
}

Error over_limit(const std::string& file, std::uint64_t allowed, std::uint64_t packed) {
  return Error{ErrorCode::limit_exceeded,
               {.file = file, .offset = allowed},
               "inflates to more than " + std::to_string(allowed) + " bytes from " + std::to_string(packed) +
                   " packed ones"};
}

// Why libdeflate refused: inflates again without keeping anything, which finds the place and tells the
// kinds of damage apart. `allowed` bounds the work.
Error diagnose(std::span<const std::byte> packed, const std::string& file, std::uint64_t allowed) {
  std::array<std::byte, 16384> sink;
  std::uint64_t good = 0;
  std::size_t start = 0;
  while (true) {
    ZlibStream stream(packed.subspan(start), 31);
    do {
      good += stream.read(sink);
      if (good > allowed) return over_limit(file, allowed, packed.size());
    } while (stream.status() == Z_OK);
    start += stream.used();
    const SourcePos at{.file = file, .offset = good};
    const std::string where = " after " + std::to_string(good) + " inflated bytes, at packed byte " + std::to_string(start);
    if (stream.status() == Z_BUF_ERROR) return Error{ErrorCode::malformed, at, "gzip data is cut off" + where};
    if (stream.status() != Z_STREAM_END) {
      const std::string problem = stream.problem() ? " (" + std::string(stream.problem()) + ")" : "";
      return Error{ErrorCode::malformed, at, "gzip data is damaged" + problem + where};
    }
    // The two libraries disagree, which has not been seen; libdeflate has the say.
    if (start >= packed.size()) return Error{ErrorCode::malformed, at, "gzip data is damaged"};
    if (recognise_archive(packed.subspan(start)) != ArchiveFormat::gzip) {
      return Error{ErrorCode::malformed, at,
                   std::to_string(packed.size() - start) + " bytes that are no gzip data follow" + where};
    }
  }
}

}  // namespace

Result<std::span<const std::byte>> gunzip(std::span<const std::byte> packed, const std::string& file,
                                          InflateBudget& budget, InflateBuffer& into, const HeadCheck& look) {
  if (look) {
    std::array<std::byte, 4096> head;
    ZlibStream stream(packed, 31);
    const std::size_t length = stream.read(head);
    // Damage within the head is reported below, by the thorough path.
    if (stream.status() == Z_OK || stream.status() == Z_STREAM_END) {
      const bool whole = stream.status() == Z_STREAM_END && stream.used() == packed.size();
      if (auto problem = look(std::span<const std::byte>(head.data(), length), whole)) return *problem;
    }
  }
  const std::uint64_t allowed = budget.allowed(packed.size());
  const Decompressor decompressor(libdeflate_alloc_decompressor());
  // The trailer's length is right for a single member; both libraries check that it is true for the last.
  std::uint64_t room = packed.size() < smallest_member ? 0 : read_u32(packed, packed.size() - 4);
  if (packed.size() < smallest_member || room > allowed) return diagnose(packed, file, allowed);
  room = std::max<std::uint64_t>(room, 64);
  std::size_t used = 0, inflated = 0;
  while (used < packed.size()) {
    if (!decompressor || !into.reserve(static_cast<std::size_t>(room), inflated)) {
      return Error{ErrorCode::limit_exceeded, {.file = file}, "not enough memory for " + std::to_string(room) + " inflated bytes"};
    }
    std::size_t in = 0, out = 0;
    const libdeflate_result result =
        libdeflate_gzip_decompress_ex(decompressor.get(), packed.data() + used, packed.size() - used,
                                      into.data() + inflated, static_cast<std::size_t>(room) - inflated, &in, &out);
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE) {
      if (room >= allowed) return over_limit(file, allowed, packed.size());
      room = std::min(allowed, room * 4);
      continue;
    }
    if (result != LIBDEFLATE_SUCCESS) return diagnose(packed, file, allowed);
    used += in;
    inflated += out;
  }
  budget.spend(packed.size(), inflated);
  return std::span<const std::byte>(into.data(), inflated);
}

bool inflate_exactly(std::span<const std::byte> packed, std::span<std::byte> into) {
  const Decompressor decompressor(libdeflate_alloc_decompressor());
  if (!decompressor) return false;
  std::byte nothing{};
  std::size_t in = 0, out = 0;
  const libdeflate_result result =
      libdeflate_deflate_decompress_ex(decompressor.get(), packed.data(), packed.size(),
                                       into.empty() ? &nothing : into.data(), into.size(), &in, &out);
  return result == LIBDEFLATE_SUCCESS && in == packed.size() && out == into.size();
}

std::size_t inflate_head(std::span<const std::byte> packed, std::span<std::byte> into) {
  ZlibStream stream(packed, -15);
  return stream.read(into);
}

std::uint32_t crc32_of(std::span<const std::byte> bytes) {
  return libdeflate_crc32(0, bytes.data(), bytes.size());
}

}  // namespace backstay
