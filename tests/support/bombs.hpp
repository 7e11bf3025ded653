// Gzip and zip files that inflate to far more than they are.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>

namespace backstay::testing {

// Raw deflate data of `megabytes` MiB of zeros behind `start`, put together from one repeated block, so
// that making it costs little. About 1 KiB each MiB.
inline std::string deflated_zeros(const std::string& start, std::size_t megabytes) {
  const std::string mebibyte(1u << 20, '\0');
  const auto block = [](const std::string& bytes, int flush) {
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
    std::string out(bytes.size() + 1024, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, flush);
    out.resize(out.size() - stream.avail_out);
    deflateEnd(&stream);
    return out;
  };
  std::string out = start.empty() ? "" : block(start, Z_FULL_FLUSH);
  const std::string zeros = block(mebibyte, Z_FULL_FLUSH);
  for (std::size_t i = 0; i < megabytes; ++i) out += zeros;
  return out + block("", Z_FINISH);
}

inline std::uint32_t checksum_of_zeros(const std::string& start, std::size_t megabytes) {
  const std::string mebibyte(1u << 20, '\0');
  uLong sum = crc32(0, reinterpret_cast<const Bytef*>(start.data()), static_cast<uInt>(start.size()));
  for (std::size_t i = 0; i < megabytes; ++i) sum = crc32(sum, reinterpret_cast<const Bytef*>(mebibyte.data()), 1u << 20);
  return static_cast<std::uint32_t>(sum);
}

// `length` is what the trailer claims. The checksum is right up to 64 MiB only: nobody should get to the end of
// a larger one.
inline std::string gzip_bomb(const std::string& start, std::size_t megabytes, std::uint32_t length) {
  std::string out("\x1F\x8B\x08\x00\x00\x00\x00\x00\x02\x03", 10);
  out += deflated_zeros(start, megabytes);
  for (const std::uint32_t value : {megabytes <= 64 ? checksum_of_zeros(start, megabytes) : 0u, length}) {
    for (int i = 0; i < 4; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
  }
  return out;
}

}  // namespace backstay::testing
