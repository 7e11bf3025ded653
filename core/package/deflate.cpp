#include "core/package/deflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstdint>

#include "core/package/archive.hpp"
#include "core/package/gzip.hpp"

namespace backstay {
namespace {

void put(std::string& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>((value >> (8 * i)) & 0xFF);
}

std::uint32_t checksum(std::string_view bytes) { return crc32_of(std::as_bytes(std::span(bytes.data(), bytes.size()))); }

// zlib and not libdeflate: its output at a level is the same everywhere and what other tools write, so
// that packages can be compared by their bytes.
std::string raw_deflate(std::string_view bytes, int level) {
  constexpr int raw_window = -15, memory_level = 8;
  z_stream stream{};
  std::string out;
  if (deflateInit2(&stream, level, Z_DEFLATED, raw_window, memory_level, Z_DEFAULT_STRATEGY) != Z_OK) return out;
  std::size_t fed = 0;
  int status = Z_OK;
  while (status == Z_OK) {
    if (stream.avail_in == 0 && fed < bytes.size()) {
      const std::size_t part = std::min<std::size_t>(bytes.size() - fed, 1u << 30);
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + fed));
      stream.avail_in = static_cast<uInt>(part);
      fed += part;
    }
    const std::size_t old = out.size(), room = std::max<std::size_t>(1u << 16, bytes.size() / 4);
    out.resize(old + std::min<std::size_t>(room, 1u << 30));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + old);
    stream.avail_out = static_cast<uInt>(out.size() - old);
    status = deflate(&stream, fed < bytes.size() ? Z_NO_FLUSH : Z_FINISH);
    out.resize(out.size() - stream.avail_out);
  }
  deflateEnd(&stream);
  return out;
}

constexpr std::uint16_t version = 20, deflated = 8, utf8_names = 0x0800;
constexpr std::uint16_t unix_host = 3, first_of_2020 = (2020 - 1980) << 9 | 1 << 5 | 1;
constexpr std::uint32_t owner_may_read_and_write = 0600u << 16;

}  // namespace

std::string gzip(std::string_view bytes) {
  // No name, time 0, "smallest", written on Unix whatever this runs on.
  std::string out("\x1F\x8B\x08\x00\x00\x00\x00\x00\x02\x03", 10);
  out += raw_deflate(bytes, 9);
  put(out, checksum(bytes), 4);
  put(out, bytes.size() & 0xFFFFFFFF, 4);
  return out;
}

bool ZipWriter::add(std::string_view name, std::string_view bytes) {
  const std::string packed = raw_deflate(bytes, Z_DEFAULT_COMPRESSION);
  constexpr std::uint64_t four_gib = 0xFFFFFFFF;
  if (count_ >= 0xFFFF || name.size() > 0xFFFF || bytes.size() >= four_gib ||
      file_.size() + packed.size() + directory_.size() + 2 * name.size() + 200 >= four_gib) {
    return false;
  }
  const bool ascii = std::all_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  std::string common;  // the fields that the local header and the directory share
  put(common, version, 2);
  put(common, ascii ? 0 : utf8_names, 2);
  put(common, deflated, 2);
  put(common, 0, 2);
  put(common, first_of_2020, 2);
  put(common, checksum(bytes), 4);
  put(common, packed.size(), 4);
  put(common, bytes.size(), 4);
  put(common, name.size(), 2);
  put(common, 0, 2);  // no extra field

  directory_ += "PK\x01\x02";
  put(directory_, version | unix_host << 8, 2);
  directory_ += common;
  put(directory_, 0, 2);  // comment
  put(directory_, 0, 2);  // disk
  put(directory_, 0, 2);  // internal attributes
  put(directory_, owner_may_read_and_write, 4);
  put(directory_, file_.size(), 4);
  directory_ += name;

  file_ += "PK\x03\x04";
  file_ += common;
  file_ += name;
  file_ += packed;
  ++count_;
  return true;
}

std::string ZipWriter::finish() {
  const std::size_t start = file_.size();
  std::string out = std::move(file_);
  out += directory_;
  out += "PK\x05\x06";
  put(out, 0, 4);  // disks
  put(out, count_, 2);
  put(out, count_, 2);
  put(out, directory_.size(), 4);
  put(out, start, 4);
  put(out, 0, 2);
  file_.clear();
  directory_.clear();
  count_ = 0;
  return out;
}

}  // namespace backstay
