// Zip archives through libzip, from memory or from ranges of a source; only the members asked for are read.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/package/archive.hpp"
#include "core/package/gzip.hpp"

struct zip;

namespace backstay {

struct ZipMember {
  std::string path;  // '/' as separator, without a trailing one; checked by member_name.hpp
  std::uint64_t index = 0;
  std::uint64_t packed = 0, size = 0;  // as the directory says; both are checked when it is read
  std::uint32_t crc = 0;
  std::uint16_t method = 0;
  bool is_folder = false;
  bool encrypted = false;
};

// An open archive. Movable; not safe for two threads.
class ZipArchive {
 public:
  // file    names the archive in errors; prefix goes before the names of its members there
  // Errors: malformed (no directory, or one that contradicts itself), unsafe (a name that leaves its
  // folder, two members of one name, members that overlap), limit_exceeded (max_records,
  // max_zip_directory_bytes), unreadable.
  static Result<ZipArchive> open(std::shared_ptr<const ByteSource> source, std::string file, const Limits& limits,
                                 std::string prefix = {});

  const std::vector<ZipMember>& members() const { return members_; }
  const std::string& file() const { return file_; }
  // How a member is named in places: prefix and path.
  std::string place(const ZipMember& member) const { return prefix_ + member.path; }

  // The first bytes of a member, at most 64: enough to recognise what it is.
  Result<std::string> head(const ZipMember& member);

  // The inflated bytes of a member, checked against the size and CRC of the directory. `look` (may be
  // empty) sees the first bytes, at most 64, before the rest is inflated.
  // `raw` and `into` are working memory; the answer points into one of them.
  // Errors: malformed (damage, lying sizes, wrong CRC), not_recognised (encrypted, or a method other
  // than stored and deflated), limit_exceeded, unreadable. at.file is place(member).
  Result<std::span<const std::byte>> read(const ZipMember& member, InflateBudget& budget, InflateBuffer& raw,
                                          InflateBuffer& into, const HeadCheck& look = {});

 private:
  struct Close {
    void operator()(struct zip* archive) const;
  };
  ZipArchive() = default;
  Result<Nothing> list(const Limits& limits);
  Result<Nothing> readable(const ZipMember& member) const;
  Result<Nothing> read_packed(const ZipMember& member, std::span<std::byte> into);
  Error member_error(ErrorCode code, const ZipMember& member, std::string message) const;

  std::shared_ptr<const ByteSource> source_;
  std::unique_ptr<struct zip, Close> archive_;
  std::vector<ZipMember> members_;
  std::string file_, prefix_;
};

}  // namespace backstay
