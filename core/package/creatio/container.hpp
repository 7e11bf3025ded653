// The records of a packed Creatio package (container.md), after the gzip layer is gone.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/limits.hpp"
#include "core/base/result.hpp"

namespace backstay::creatio {

// Keeps texts at fixed addresses, many to one block of memory.
class TextArena {
 public:
  std::string_view add(std::string_view text);

 private:
  static constexpr std::size_t block_bytes = 1u << 16;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t used_ = 0, room_ = 0;
};

struct Record {
  std::string_view path;      // UTF-8, '/' as separator; points into the Container
  std::string_view content;   // points into the data that was walked
  std::uint64_t offset = 0;   // of the record, in the inflated data
};

// A walked container. Movable; its records stay good as long as it and the data they came from.
struct Container {
  std::vector<Record> records;      // in file order
  std::uint64_t record_bytes = 0;   // content of all records
  std::map<std::string, std::size_t> separators;  // "none", "slash", "backslash", "both" -> names that use it
  TextArena names;
};

// Walks the records of `data` to its end.
//
// file  names the container in errors; at.offset of an error counts bytes of `data` and is the first
//       byte of the field that is wrong
//
// Errors: malformed (a length that is not positive or runs behind the end, stray bytes, invalid
// UTF-16), unsafe (names that leave the package, a second record of the same name),
// limit_exceeded (max_records, max_path_units).
Result<Container> read_container(std::span<const std::byte> data, const std::string& file, const Limits& limits);

// Whether `head`, the first inflated bytes, can begin a container: a cheap look that refuses a bomb of
// zeros. `whole` tells that there are no more bytes.
std::optional<Error> check_container_head(std::span<const std::byte> head, bool whole, const std::string& file, const Limits& limits);

}  // namespace backstay::creatio
