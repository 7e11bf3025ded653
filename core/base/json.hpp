// JSON with the place of every value: what descriptors, promotions and configurations are read with.
// With limits on depth and count and, for vendor files, tolerance.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace backstay {

struct JsonMember;

// A value of a parsed document. Owns everything below it.
class JsonValue {
 public:
  enum class Kind : std::uint8_t { null, boolean, integer, number, string, array, object };

  Kind kind = Kind::null;
  bool boolean = false;
  std::int64_t integer = 0;        // for Kind::integer
  double number = 0;               // for integer and number
  std::string string;
  std::vector<JsonValue> items;    // array
  std::vector<JsonMember> members; // object, in file order; a repeated key stays twice, find() gives the last
  std::size_t offset = 0;          // of the value's first byte in the parsed text, a mark included

  bool is(Kind k) const { return kind == k; }
  // nullptr when this is no object or has no such member.
  const JsonValue* find(std::string_view key) const;
  // The same without regard to ASCII case.
  const JsonValue* find_any_case(std::string_view key) const;
  // Absent, null and another kind all give nullopt: "absent" stays apart from "false" and "".
  std::optional<std::string> text(std::string_view key) const;
  std::optional<bool> flag(std::string_view key) const;
  std::optional<std::int64_t> whole(std::string_view key) const;
};

struct JsonMember {
  std::string key;
  JsonValue value;
};

struct JsonOptions {
  std::size_t max_depth = 64;
  std::size_t max_values = 2'000'000;  // each takes about 150 bytes, many times its text
  bool lenient = false;  // accept a comma before a closing bracket, as one vendor package has it
};

struct JsonDocument {
  JsonValue root;
  // Offsets of commas that only leniency allowed; empty for a correct file.
  std::vector<std::size_t> trailing_commas;
};

// Parses `text` (UTF-8; a byte order mark is skipped and counted in offsets).
// Errors: malformed with line, column and byte offset of the offending byte; limit_exceeded for depth and count.
// A number that a double cannot hold is malformed. `file` names the text in errors. An empty text is malformed ("empty file").
Result<JsonDocument> parse_json(std::string_view text, std::string_view file, const JsonOptions& options = {});

}  // namespace backstay
