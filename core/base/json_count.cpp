#include "core/base/json_count.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/text_document.hpp"

namespace backstay {
namespace {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Characters of numbers and of true, false, null.
constexpr std::array<bool, 256> make_literal_table() {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (const char c : {'-', '+', '.', 'E'}) table[static_cast<std::size_t>(c)] = true;
  return table;
}
constexpr std::array<bool, 256> literal = make_literal_table();

// Eight bytes at a time: data bindings are long runs of blanks and of short strings, and a byte-wise
// loop took a ninth of reading a whole delivery.
std::uint64_t load8(const char* from) {
  std::uint64_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}
constexpr std::uint64_t every(unsigned char byte) { return byte * 0x0101010101010101u; }
// The high bit of every byte of `word` that is `byte`; bytes above the lowest hit may be marked wrongly.
constexpr std::uint64_t hits(std::uint64_t word, unsigned char byte) {
  const std::uint64_t zero = word ^ every(byte);
  return (zero - every(1)) & ~zero & every(0x80);
}

class Counter {
 public:
  Counter(std::string_view text, std::string_view key, std::size_t max_depth) : text_(text), key_(key), max_depth_(max_depth) {}

  // False on damage; problem() and at() then tell.
  bool run() {
    at_ = text_.starts_with("\xEF\xBB\xBF") ? 3 : 0;
    if (!value()) return false;
    while (!open_.empty()) {
      if (!step()) return false;
    }
    skip_blanks();
    return at_ == text_.size() || fail("text behind the end of the JSON value");
  }
  std::size_t count() const { return count_; }
  std::size_t at() const { return at_; }
  const char* problem() const { return problem_; }
  bool too_deep() const { return too_deep_; }

 private:
  bool fail(const char* problem) {
    problem_ = problem;
    return false;
  }
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) {
      at_ += at_ + 8 <= text_.size() && load8(text_.data() + at_) == every(' ') ? 8 : 1;
    }
  }
  char next() {
    skip_blanks();
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  // One member, item or closing bracket of the innermost open list or object.
  bool step() {
    const char close = open_.back();
    char c = next();
    if (c == ',' && !first_) {
      ++at_;
      c = next();
    } else if (c != close && !first_) {
      return fail("a comma or a closing bracket is missing");
    }
    if (c == close) {
      ++at_;
      open_.pop_back();
      first_ = false;
      return true;
    }
    first_ = false;
    if (close == '}' && !member_name()) return false;
    if (open_.size() == 2 && counting_) ++count_;
    return value();
  }

  bool member_name() {
    if (next() != '"') return fail("a member name is missing");
    const std::size_t start = at_ + 1;
    if (!string()) return false;
    const std::string_view raw = text_.substr(start, at_ - 1 - start);
    if (next() != ':') return fail("a colon is missing");
    ++at_;
    if (open_.size() == 1) {
      counting_ = is_key(raw);
      if (counting_) count_ = 0;
    }
    return true;
  }

  bool is_key(std::string_view raw) const {
    if (raw.find('\\') == std::string_view::npos) return raw == key_;
    const auto decoded = parse_json('"' + std::string(raw) + '"', {});
    return decoded.ok() && decoded.value().root.string == key_;
  }

  bool value() {
    const char c = next();
    if (c == '"') return string();
    if (c == '{' || c == '[') {
      if (open_.size() >= max_depth_) {
        too_deep_ = true;
        return fail("JSON nested too deep");
      }
      // Objects under the key have members, not items.
      if (open_.size() == 1 && c == '{') counting_ = false;
      if (open_.empty() && c == '[') counting_ = false;
      open_.push_back(c == '{' ? '}' : ']');
      first_ = true;
      ++at_;
      return true;
    }
    const std::size_t start = at_;
    while (at_ < text_.size() && literal[static_cast<unsigned char>(text_[at_])]) ++at_;
    return at_ > start || fail("a value is missing");
  }

  bool string() {
    ++at_;
    while (at_ < text_.size()) {
      if (std::endian::native == std::endian::little && at_ + 8 <= text_.size()) {
        const std::uint64_t word = load8(text_.data() + at_);
        const std::uint64_t found = hits(word, '"') | hits(word, '\\');
        if (found == 0) {
          at_ += 8;
          continue;
        }
        at_ += static_cast<std::size_t>(std::countr_zero(found)) / 8;
      }
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      at_ += c == '\\' ? 2 : 1;
    }
    at_ = text_.size();
    return fail("a string is not closed");
  }

  std::string_view text_, key_;
  std::size_t max_depth_;
  std::size_t at_ = 0, count_ = 0;
  std::string open_;  // the closing brackets that are due
  bool first_ = false, counting_ = false, too_deep_ = false;
  const char* problem_ = "";
};

}  // namespace

Result<std::size_t> count_json_items(std::string_view text, std::string_view file, std::string_view key, std::size_t max_depth) {
  Counter counter(text, key, max_depth);
  if (counter.run()) return counter.count();
  const TextDocument document(text, std::string(file));
  const std::size_t mark = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  const SourcePos place = document.position(counter.at() > mark ? counter.at() - mark : 0);
  if (counter.too_deep()) return Error{ErrorCode::limit_exceeded, place, "JSON nested deeper than " + std::to_string(max_depth)};
  return Error{ErrorCode::malformed, place, std::string("not valid JSON: ") + counter.problem()};
}

}  // namespace backstay
