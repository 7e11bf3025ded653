// JSON lines from standard input, and the one thing a JSON library does not keep: a value's own text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace backstay::host {

// Reads lines of any length without holding more than the limit of one.
class LineReader {
 public:
  explicit LineReader(int descriptor, std::size_t max_bytes) : descriptor_(descriptor), max_bytes_(max_bytes) {}

  enum class Outcome { line, too_long, end, failed };
  // `line` comes without its line end. too_long: the line was skipped, the next call goes on behind it.
  Outcome next(std::string& line);

 private:
  int descriptor_;
  std::size_t max_bytes_;
  std::string buffer_;
  std::size_t at_ = 0;
  bool ended_ = false;
};

// The text of a member's value in an object that is known to be valid JSON; nullopt when the object
// has no such member. The last one counts. `object` starts with '{' or blanks.
std::optional<std::string_view> raw_member(std::string_view object, std::string_view key);

}  // namespace backstay::host
