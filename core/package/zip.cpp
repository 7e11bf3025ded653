#include "core/package/zip.hpp"

#include <zip.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_set>

#include "core/package/member_name.hpp"

namespace backstay {
namespace {

constexpr std::size_t head_bytes = 64;
constexpr std::size_t end_record_bytes = 22;
constexpr std::size_t locator_bytes = 20;
constexpr std::size_t directory_entry_bytes = 46;

// What libzip reads from: a ByteSource with a position. libzip owns it through the callback.
struct RangeReader {
  std::shared_ptr<const ByteSource> bytes;
  std::uint64_t position = 0;
  zip_error_t error{};
};

zip_int64_t serve_read(RangeReader& reader, void* data, zip_uint64_t length) {
  const std::uint64_t left = reader.bytes->size() - std::min(reader.position, reader.bytes->size());
  const std::uint64_t part = std::min<std::uint64_t>(left, length);
  if (!reader.bytes->read(reader.position, {static_cast<std::byte*>(data), static_cast<std::size_t>(part)})) {
    zip_error_set(&reader.error, ZIP_ER_READ, 0);
    return -1;
  }
  reader.position += part;
  return static_cast<zip_int64_t>(part);
}

zip_int64_t serve(void* state, void* data, zip_uint64_t length, zip_source_cmd_t command) {
  auto& reader = *static_cast<RangeReader*>(state);
  switch (command) {
    case ZIP_SOURCE_OPEN: reader.position = 0; return 0;
    case ZIP_SOURCE_READ: return serve_read(reader, data, length);
    case ZIP_SOURCE_CLOSE: return 0;
    case ZIP_SOURCE_SEEK: {
      const zip_int64_t to = zip_source_seek_compute_offset(reader.position, reader.bytes->size(), data, length, &reader.error);
      if (to < 0) return -1;
      reader.position = static_cast<std::uint64_t>(to);
      return 0;
    }
    case ZIP_SOURCE_TELL: return static_cast<zip_int64_t>(reader.position);
    case ZIP_SOURCE_STAT: {
      if (length < sizeof(zip_stat_t)) return -1;
      auto* stat = static_cast<zip_stat_t*>(data);
      zip_stat_init(stat);
      stat->size = reader.bytes->size();
      stat->valid |= ZIP_STAT_SIZE;
      return sizeof(zip_stat_t);
    }
    case ZIP_SOURCE_ERROR: return zip_error_to_data(&reader.error, data, length);
    case ZIP_SOURCE_FREE:
      zip_error_fini(&reader.error);
      delete &reader;
      return 0;
    case ZIP_SOURCE_SUPPORTS: return ZIP_SOURCE_SUPPORTS_SEEKABLE;
    default: zip_error_set(&reader.error, ZIP_ER_OPNOTSUPP, 0); return -1;
  }
}

std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t length) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < length; ++i) value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  return value;
}

// Size and entry count as the end record claims them, before libzip makes room for them.
Result<Nothing> check_directory_size(const ByteSource& source, const std::string& file, const Limits& limits) {
  const auto tail_length = static_cast<std::size_t>(std::min<std::uint64_t>(source.size(), 0xFFFF + end_record_bytes + locator_bytes));
  const std::uint64_t tail_start = source.size() - tail_length;
  std::string tail(tail_length, '\0');
  if (!source.read(tail_start, std::as_writable_bytes(std::span(tail.data(), tail.size())))) {
    return Error{ErrorCode::unreadable, {.file = file, .offset = tail_start}, "archive could not be read"};
  }
  const std::size_t end = tail.rfind("PK\x05\x06");
  if (end == std::string::npos || tail.size() - end < end_record_bytes) {
    return Error{ErrorCode::malformed, {.file = file, .offset = source.size()},
                 "zip archive is cut off: it has no end record in its last " + std::to_string(tail_length) + " bytes"};
  }
  std::uint64_t count = number(tail, end + 10, 2), size = number(tail, end + 12, 4);
  if ((count == 0xFFFF || size == 0xFFFFFFFF) && end >= locator_bytes && std::string_view(tail).substr(end - locator_bytes, 4) == "PK\x06\x07") {
    const std::uint64_t at = number(tail, end - locator_bytes + 8, 8);
    std::string record(56, '\0');
    if (at < source.size() && source.size() - at >= record.size() &&
        source.read(at, std::as_writable_bytes(std::span(record.data(), record.size())))) {
      count = number(record, 32, 8);
      size = number(record, 40, 8);
    }
  }
  const SourcePos place{.file = file, .offset = tail_start + end};
  if (count > limits.max_records) {
    return Error{ErrorCode::limit_exceeded, place,
                 "zip archive of " + std::to_string(count) + " members is over the limit of " + std::to_string(limits.max_records)};
  }
  if (size > source.size() || count * directory_entry_bytes > source.size()) {
    return Error{ErrorCode::malformed, place, "zip directory of " + std::to_string(count) + " members in " +
                                                  std::to_string(size) + " bytes is larger than the archive"};
  }
  if (size > limits.max_zip_directory_bytes) {
    return Error{ErrorCode::limit_exceeded, place,
                 "zip directory of " + std::to_string(size) + " bytes is over the limit of " + std::to_string(limits.max_zip_directory_bytes)};
  }
  return Nothing{};
}

Error open_error(zip_error_t& problem, const std::string& file) {
  const int code = zip_error_code_zip(&problem);
  std::string text = zip_error_strerror(&problem);
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
  const ErrorCode kind = code == ZIP_ER_READ || code == ZIP_ER_SEEK ? ErrorCode::unreadable
                         : code == ZIP_ER_MEMORY                    ? ErrorCode::limit_exceeded
                                                                    : ErrorCode::malformed;
  return Error{kind, {.file = file}, "zip archive is damaged: " + text};
}

std::string quoted(std::string_view name) { return "\"" + std::string(name.substr(0, 200)) + "\""; }

}  // namespace

void ZipArchive::Close::operator()(struct zip* archive) const {
  // Nothing was changed, so there is nothing to write and nothing that could fail.
  zip_discard(archive);
}

Result<ZipArchive> ZipArchive::open(std::shared_ptr<const ByteSource> source, std::string file, const Limits& limits,
                                    std::string prefix) {
  if (auto checked = check_directory_size(*source, file, limits); !checked.ok()) return checked.error();
  zip_error_t problem;
  zip_error_init(&problem);
  auto* reader = new RangeReader{.bytes = source};
  zip_error_init(&reader->error);
  zip_source_t* input = zip_source_function_create(serve, reader, &problem);
  if (!input) {
    delete reader;
    return open_error(problem, file);
  }
  ZipArchive archive;
  archive.source_ = std::move(source);
  archive.file_ = std::move(file);
  archive.prefix_ = std::move(prefix);
  archive.archive_.reset(zip_open_from_source(input, ZIP_RDONLY, &problem));
  if (!archive.archive_) {
    zip_source_free(input);
    Error error = open_error(problem, archive.file_);
    zip_error_fini(&problem);
    return error;
  }
  zip_error_fini(&problem);
  if (auto listed = archive.list(limits); !listed.ok()) return listed.error();
  return archive;
}

Result<Nothing> ZipArchive::list(const Limits& limits) {
  const zip_int64_t count = zip_get_num_entries(archive_.get(), 0);
  if (count < 0 || static_cast<std::uint64_t>(count) > limits.max_records) {
    return Error{ErrorCode::limit_exceeded, {.file = file_},
                 "zip archive of " + std::to_string(count) + " members is over the limit of " + std::to_string(limits.max_records)};
  }
  members_.reserve(static_cast<std::size_t>(count));
  std::unordered_set<std::string> seen;
  seen.reserve(static_cast<std::size_t>(count));
  std::uint64_t packed = 0;
  for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(count); ++i) {
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_stat_index(archive_.get(), i, 0, &stat) != 0 || !stat.name) {
      return Error{ErrorCode::malformed, {.file = file_}, "zip directory entry " + std::to_string(i + 1) + " is damaged"};
    }
    const std::string_view name = stat.name;
    if (const std::string_view problem = member_name_problem(name); !problem.empty()) {
      return Error{ErrorCode::unsafe, {.file = file_}, "member name " + quoted(name) + " " + std::string(problem)};
    }
    if (name.size() > limits.max_path_units) {
      return Error{ErrorCode::limit_exceeded, {.file = file_}, "member name " + quoted(name) + " is longer than " + std::to_string(limits.max_path_units) + " bytes"};
    }
    ZipMember member;
    member.path = normalise_member_name(name);
    member.index = i;
    member.packed = stat.comp_size;
    member.size = stat.size;
    member.crc = stat.crc;
    member.method = stat.comp_method;
    member.is_folder = name.back() == '/' || name.back() == '\\';
    member.encrypted = stat.encryption_method != ZIP_EM_NONE;
    if (!member.is_folder && !seen.insert(fold_case(member.path)).second) {
      return Error{ErrorCode::unsafe, {.file = file_}, "two members are named " + quoted(member.path)};
    }
    packed += std::min(member.packed, source_->size() + 1);
    members_.push_back(std::move(member));
  }
  if (packed > source_->size()) {
    return Error{ErrorCode::unsafe, {.file = file_},
                 "members claim " + std::to_string(packed) + " packed bytes of an archive of " + std::to_string(source_->size()) + ": they overlap"};
  }
  return Nothing{};
}

Error ZipArchive::member_error(ErrorCode code, const ZipMember& member, std::string message) const {
  return Error{code, {.file = place(member)}, std::move(message)};
}

Result<Nothing> ZipArchive::readable(const ZipMember& member) const {
  if (member.encrypted) return member_error(ErrorCode::not_recognised, member, "member is encrypted");
  if (member.method != ZIP_CM_STORE && member.method != ZIP_CM_DEFLATE) {
    return member_error(ErrorCode::not_recognised, member,
                        "member is packed with method " + std::to_string(member.method) + "; only stored and deflated are read");
  }
  if (member.method == ZIP_CM_STORE && member.packed != member.size) {
    return member_error(ErrorCode::malformed, member,
                        "stored member claims " + std::to_string(member.size) + " bytes in " + std::to_string(member.packed));
  }
  return Nothing{};
}

Result<Nothing> ZipArchive::read_packed(const ZipMember& member, std::span<std::byte> into) {
  zip_file_t* opened = zip_fopen_index(archive_.get(), member.index, ZIP_FL_COMPRESSED);
  if (!opened) return member_error(ErrorCode::malformed, member, "member is damaged: " + std::string(zip_strerror(archive_.get())));
  const zip_int64_t got = into.empty() ? 0 : zip_fread(opened, into.data(), into.size());
  zip_fclose(opened);
  if (got < 0 || static_cast<std::uint64_t>(got) != into.size()) {
    return member_error(ErrorCode::malformed, member, "member is cut off");
  }
  return Nothing{};
}

Result<std::string> ZipArchive::head(const ZipMember& member) {
  if (auto fine = readable(member); !fine.ok()) return fine.error();
  const std::size_t wanted = member.method == ZIP_CM_STORE ? head_bytes : 4096;
  std::string packed(static_cast<std::size_t>(std::min<std::uint64_t>(member.packed, wanted)), '\0');
  const auto bytes = std::as_writable_bytes(std::span(packed.data(), packed.size()));
  if (auto done = read_packed(member, bytes); !done.ok()) return done.error();
  if (member.method == ZIP_CM_STORE) return packed;
  std::string out(head_bytes, '\0');
  out.resize(inflate_head(bytes, std::as_writable_bytes(std::span(out.data(), out.size()))));
  return out;
}

Result<std::span<const std::byte>> ZipArchive::read(const ZipMember& member, InflateBudget& budget, InflateBuffer& raw,
                                                    InflateBuffer& into, const HeadCheck& look) {
  if (auto fine = readable(member); !fine.ok()) return fine.error();
  if (member.size > budget.allowed(member.packed)) {
    return member_error(ErrorCode::limit_exceeded, member,
                        "member claims to inflate to " + std::to_string(member.size) + " bytes from " + std::to_string(member.packed));
  }
  if (!raw.reserve(static_cast<std::size_t>(member.packed))) {
    return member_error(ErrorCode::limit_exceeded, member, "not enough memory for " + std::to_string(member.packed) + " bytes");
  }
  const std::span<std::byte> packed(raw.data(), static_cast<std::size_t>(member.packed));
  if (auto done = read_packed(member, packed); !done.ok()) return done.error();

  std::span<const std::byte> bytes = packed;
  if (look) {
    std::array<std::byte, head_bytes> head;
    std::span<const std::byte> first = packed.first(std::min(packed.size(), head_bytes));
    if (member.method == ZIP_CM_DEFLATE) first = std::span<const std::byte>(head.data(), inflate_head(packed, head));
    if (auto problem = look(first, first.size() == member.size)) return *problem;
  }
  if (member.method == ZIP_CM_DEFLATE) {
    const auto size = static_cast<std::size_t>(member.size);
    if (!into.reserve(size)) return member_error(ErrorCode::limit_exceeded, member, "not enough memory for " + std::to_string(size) + " bytes");
    const std::span<std::byte> room(into.data(), size);
    if (!inflate_exactly(packed, room)) {
      return member_error(ErrorCode::malformed, member,
                          "member is damaged: its data do not inflate to the " + std::to_string(size) + " bytes that the directory claims");
    }
    bytes = room;
  }
  if (crc32_of(bytes) != member.crc) return member_error(ErrorCode::malformed, member, "member is damaged: its checksum is wrong");
  budget.spend(member.packed, member.size);
  return bytes;
}

}  // namespace backstay
