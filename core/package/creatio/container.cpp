#include "core/package/creatio/container.hpp"

#include <cstring>
#include <unordered_set>

#include "core/base/utf8.hpp"
#include "core/package/member_name.hpp"

namespace backstay::creatio {
namespace {

constexpr std::size_t length_bytes = 4;

std::int32_t read_i32(std::span<const std::byte> data, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) value |= static_cast<std::uint32_t>(data[at + i]) << (8 * i);
  return static_cast<std::int32_t>(value);
}

std::uint32_t unit_at(std::span<const std::byte> name, std::size_t index) {
  return static_cast<std::uint32_t>(name[2 * index]) | static_cast<std::uint32_t>(name[2 * index + 1]) << 8;
}

// UTF-16LE to UTF-8 into `out`; the index of the first unit that is no text, or the number of units.
std::size_t decode_name(std::span<const std::byte> name, std::string& out) {
  const std::size_t units = name.size() / 2;
  out.clear();
  for (std::size_t i = 0; i < units; ++i) {
    std::uint32_t c = unit_at(name, i);
    if ((c & 0xF800) == 0xD800) {
      const bool pair = c < 0xDC00 && i + 1 < units && (unit_at(name, i + 1) & 0xFC00) == 0xDC00;
      if (!pair) return i;
      c = 0x10000 + ((c - 0xD800) << 10) + (unit_at(name, i + 1) - 0xDC00);
      ++i;
    }
    append_utf8(out, c);
  }
  return units;
}

const char* separator_kind(std::string_view name) {
  const bool slash = name.find('/') != std::string_view::npos;
  const bool backslash = name.find('\\') != std::string_view::npos;
  return slash && backslash ? "both" : slash ? "slash" : backslash ? "backslash" : "none";
}

std::string quoted(std::string_view name) { return "\"" + std::string(name.substr(0, 200)) + "\""; }

// Reads one record after another, each field checked against what is left.
class Walker {
 public:
  Walker(std::span<const std::byte> data, const std::string& file, const Limits& limits)
      : data_(data), file_(file), limits_(limits) {}

  std::size_t position() const { return position_; }
  bool at_end() const { return position_ == data_.size(); }

  // The name's length field. `cut` says that more data follow which are not at hand.
  std::optional<Error> name_length(bool cut, std::size_t& units) {
    const std::size_t left = data_.size() - position_;
    if (left < length_bytes) {
      if (cut) return std::nullopt;
      return fail(position_, std::to_string(left) + " stray bytes behind the last record");
    }
    const std::int32_t length = read_i32(data_, position_);
    if (length <= 0) return fail(position_, "record name of " + std::to_string(length) + " characters");
    // 64 bits: twice the largest length does not fit 32.
    const std::uint64_t bytes = 2 * static_cast<std::uint64_t>(length);
    if (!cut && bytes > left - length_bytes) {
      return fail(position_, "record name of " + std::to_string(length) + " characters runs behind the end of the data (" +
                                 std::to_string(left - length_bytes) + " bytes are left)");
    }
    if (static_cast<std::uint64_t>(length) > limits_.max_path_units) {
      return fail(position_, "record name of " + std::to_string(length) + " characters is over the limit of " + std::to_string(limits_.max_path_units),
                  ErrorCode::limit_exceeded);
    }
    units = static_cast<std::size_t>(length);
    position_ += length_bytes;
    return std::nullopt;
  }

  // The name itself, raw: separators as written.
  std::optional<Error> name(std::size_t units, std::string& out) {
    const std::size_t bad = decode_name(data_.subspan(position_, 2 * units), out);
    if (bad < units) return fail(position_ + 2 * bad, "record name is no valid UTF-16 after " + quoted(out));
    if (const std::string_view problem = member_name_problem(out); !problem.empty()) {
      return fail(position_, "record name " + quoted(out) + " " + std::string(problem), ErrorCode::unsafe);
    }
    if (out.back() == '/' || out.back() == '\\') {
      return fail(position_, "record name " + quoted(out) + " names a folder", ErrorCode::unsafe);
    }
    position_ += 2 * units;
    return std::nullopt;
  }

  std::optional<Error> content_length(std::string_view name, bool cut, std::size_t& bytes) {
    const std::size_t left = data_.size() - position_;
    if (left < length_bytes) {
      if (cut) return std::nullopt;
      return fail(position_, "data end within the content length of " + quoted(name));
    }
    const std::int32_t length = read_i32(data_, position_);
    if (length < 0) return fail(position_, "content of " + std::to_string(length) + " bytes for " + quoted(name));
    if (!cut && static_cast<std::size_t>(length) > left - length_bytes) {
      return fail(position_, "content of " + std::to_string(length) + " bytes for " + quoted(name) + " runs behind the end of the data (" +
                                 std::to_string(left - length_bytes) + " bytes are left)");
    }
    bytes = static_cast<std::size_t>(length);
    position_ += length_bytes;
    return std::nullopt;
  }

  std::string_view content(std::size_t bytes) {
    const std::string_view text(reinterpret_cast<const char*>(data_.data()) + position_, bytes);
    position_ += bytes;
    return text;
  }

  Error fail(std::size_t at, std::string message, ErrorCode code = ErrorCode::malformed) const {
    return Error{code, {.file = file_, .offset = at}, std::move(message) + ", at byte " + std::to_string(at) + " of the inflated data"};
  }

 private:
  std::span<const std::byte> data_;
  const std::string& file_;
  const Limits& limits_;
  std::size_t position_ = 0;
};

}  // namespace

std::string_view TextArena::add(std::string_view text) {
  if (text.size() > room_ - used_) {
    room_ = std::max(block_bytes, text.size());
    used_ = 0;
    blocks_.push_back(std::unique_ptr<char[]>(new char[room_]));
  }
  char* to = blocks_.back().get() + used_;
  std::memcpy(to, text.data(), text.size());
  used_ += text.size();
  return {to, text.size()};
}

Result<Container> read_container(std::span<const std::byte> data, const std::string& file, const Limits& limits) {
  Container container;
  Walker walker(data, file, limits);
  TextArena folded_names;
  std::unordered_set<std::string_view> seen;
  std::string name, folded;
  std::size_t none = 0, slash = 0, backslash = 0, both = 0;
  while (!walker.at_end()) {
    Record record;
    record.offset = walker.position();
    if (container.records.size() == limits.max_records) {
      return walker.fail(walker.position(), "more than " + std::to_string(limits.max_records) + " records", ErrorCode::limit_exceeded);
    }
    std::size_t units = 0, bytes = 0;
    if (auto error = walker.name_length(false, units)) return *error;
    const std::size_t name_at = walker.position();
    if (auto error = walker.name(units, name)) return *error;
    const char* kind = separator_kind(name);
    (kind[0] == 'n' ? none : kind[0] == 's' ? slash : kind[1] == 'a' ? backslash : both) += 1;
    if (auto error = walker.content_length(name, false, bytes)) return *error;
    record.content = walker.content(bytes);
    record.path = container.names.add(normalise_member_name(name));
    folded.clear();
    fold_case(record.path, folded);
    if (!seen.insert(folded_names.add(folded)).second) {
      return walker.fail(name_at, "second record of the name " + quoted(record.path), ErrorCode::unsafe);
    }
    container.record_bytes += bytes;
    container.records.push_back(record);
  }
  if (none) container.separators["none"] = none;
  if (slash) container.separators["slash"] = slash;
  if (backslash) container.separators["backslash"] = backslash;
  if (both) container.separators["both"] = both;
  return container;
}

std::optional<Error> check_container_head(std::span<const std::byte> head, bool whole, const std::string& file, const Limits& limits) {
  if (whole && head.empty()) return Error{ErrorCode::malformed, {.file = file}, "container holds no record"};
  Walker walker(head, file, limits);
  std::size_t units = 0, bytes = 0;
  if (auto error = walker.name_length(!whole, units)) return error;
  if (2 * units > head.size() - walker.position()) return std::nullopt;
  if (units == 0) return std::nullopt;
  std::string name;
  if (auto error = walker.name(units, name)) return error;
  return walker.content_length(name, !whole, bytes);
}

}  // namespace backstay::creatio
