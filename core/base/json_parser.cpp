// The parser behind parse_json(). Our own, because descriptors and metadata are most of what a check
// of a large delivery has to parse, and a general parser took as long for them as inflating everything
// (decisions/0006). json_parser_test.cpp compares it with nlohmann's, input by input.
#include <array>
#include <charconv>
#include <cstdlib>

#include "core/base/json.hpp"
#include "core/base/text_document.hpp"
#include "core/base/utf8.hpp"

namespace backstay {
namespace {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Bytes that a string may hold just so: no quote, no backslash, no control character, ASCII.
constexpr std::array<bool, 256> make_plain_table() {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x20; c < 0x80; ++c) table[c] = c != '"' && c != '\\';
  return table;
}
constexpr std::array<bool, 256> plain = make_plain_table();

class Parser {
 public:
  Parser(std::string_view text, const JsonOptions& options, JsonDocument& document)
      : text_(text), options_(options), document_(document) {}

  // False on damage; at(), too_deep(), too_many() and problem() then tell.
  bool run(std::size_t start) {
    at_ = start;
    if (!value(document_.root)) return false;
    while (!open_.empty()) {
      if (!step()) return false;
    }
    skip_blanks();
    return at_ == text_.size() || fail("the end of the file");
  }
  std::size_t at() const { return at_; }
  bool too_deep() const { return too_deep_; }
  bool too_many() const { return too_many_; }
  std::string problem() const {
    if (number_out_of_range_) return "number out of range";
    std::string_view found = text_.substr(at_, 20);
    while (!found.empty() && !complete_end(found)) found.remove_suffix(1);
    const std::string_view line = found.substr(0, found.find_first_of("\r\n"));
    return std::string("not valid JSON: expected ") + expected_ + ", found " +
           (at_ >= text_.size() ? "the end of the file" : '"' + std::string(line) + '"');
  }

 private:
  // Whether an excerpt does not stop within a character.
  bool complete_end(std::string_view found) const {
    const std::size_t next = at_ + found.size();
    return next >= text_.size() || (static_cast<unsigned char>(text_[next]) & 0xC0) != 0x80;
  }

  bool fail(const char* expected) {
    expected_ = expected;
    return false;
  }
  char current() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }

  // One item, member or closing bracket of the innermost open value.
  bool step() {
    JsonValue& parent = *open_.back();
    const bool is_object = parent.kind == JsonValue::Kind::object;
    const char close = is_object ? '}' : ']';
    const bool first = is_object ? parent.members.empty() : parent.items.empty();
    skip_blanks();
    if (!first && current() != close) {
      if (current() != ',') return fail(is_object ? "\",\" or \"}\"" : "\",\" or \"]\"");
      const std::size_t comma = at_++;
      skip_blanks();
      if (current() == close && options_.lenient) document_.trailing_commas.push_back(comma);
      else if (current() == close) return fail(is_object ? "a member behind the comma" : "a value behind the comma");
    }
    if (current() == close) {
      ++at_;
      open_.pop_back();
      return true;
    }
    if (!is_object) return value(parent.items.emplace_back());
    JsonMember& member = parent.members.emplace_back();
    if (current() != '"') return fail("a member name in quotes");
    if (!string(member.key)) return false;
    skip_blanks();
    if (current() != ':') return fail("\":\"");
    ++at_;
    return value(member.value);
  }

  // A list or an object is only opened: step() fills it. Its parent's vector does not grow while it is
  // open, so the pointer stays good.
  bool value(JsonValue& into) {
    skip_blanks();
    if (++values_ > options_.max_values) {
      too_many_ = true;
      return false;
    }
    into.offset = at_;
    switch (current()) {
      case '{': return open(into, JsonValue::Kind::object);
      case '[': return open(into, JsonValue::Kind::array);
      case '"': into.kind = JsonValue::Kind::string; return string(into.string);
      case 't': into.boolean = true; return literal(into, "true", JsonValue::Kind::boolean);
      case 'f': return literal(into, "false", JsonValue::Kind::boolean);
      case 'n': return literal(into, "null", JsonValue::Kind::null);
      default: return number(into);
    }
  }

  bool open(JsonValue& into, JsonValue::Kind kind) {
    if (open_.size() >= options_.max_depth) {
      too_deep_ = true;
      return false;
    }
    into.kind = kind;
    open_.push_back(&into);
    ++at_;
    return true;
  }

  bool literal(JsonValue& into, std::string_view word, JsonValue::Kind kind) {
    if (text_.substr(at_, word.size()) != word) return fail("a value");
    into.kind = kind;
    at_ += word.size();
    return true;
  }

  bool string(std::string& into) {
    std::size_t start = ++at_;
    while (true) {
      while (at_ < text_.size() && plain[static_cast<unsigned char>(text_[at_])]) ++at_;
      if (at_ >= text_.size()) return fail("the end of the string");
      const char c = text_[at_];
      if (c == '"') {
        into.append(text_, start, at_ - start);
        ++at_;
        return true;
      }
      if (c == '\\') {
        into.append(text_, start, at_ - start);
        if (!escape(into)) return false;
        start = at_;
        continue;
      }
      const std::size_t length = utf8_length(text_, at_);
      if (length < 2) return fail("a character that a string may hold");  // a control character or damage
      at_ += length;
    }
  }

  bool escape(std::string& into) {
    static constexpr std::string_view letters = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    const char c = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (const std::size_t known = letters.find(c); c != '\0' && known != std::string_view::npos) {
      into += meanings[known];
      at_ += 2;
      return true;
    }
    char32_t first = 0, second = 0;
    if (c != 'u' || !code_unit(first)) return fail("an escape sequence");
    if (first >= 0xD800 && first <= 0xDFFF) {
      if (first >= 0xDC00 || !code_unit(second) || second < 0xDC00 || second > 0xDFFF) return fail("a pair of surrogates");
      first = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
    }
    append_utf8(into, first);
    return true;
  }

  // The four digits of a \u at at_, which moves behind them.
  bool code_unit(char32_t& unit) {
    if (text_.size() - at_ < 6 || text_[at_] != '\\' || text_[at_ + 1] != 'u') return false;
    unit = 0;
    for (std::size_t i = at_ + 2; i < at_ + 6; ++i) {
      const char c = text_[i];
      const int digit = is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
      if (digit < 0) return false;
      unit = unit << 4 | static_cast<char32_t>(digit);
    }
    at_ += 6;
    return true;
  }

  bool digits() {
    const std::size_t start = at_;
    while (is_digit(current())) ++at_;
    return at_ > start;
  }

  bool number(JsonValue& into) {
    const std::size_t start = at_;
    bool whole = true;
    if (current() == '-') ++at_;
    if (current() == '0') ++at_;
    else if (!digits()) return at_ > start ? fail("a digit") : fail("a value");
    if (current() == '.') {
      whole = false;
      ++at_;
      if (!digits()) return fail("a digit");
    }
    if (current() == 'e' || current() == 'E') {
      whole = false;
      ++at_;
      if (current() == '+' || current() == '-') ++at_;
      if (!digits()) return fail("a digit");
    }
    const std::string_view token = text_.substr(start, at_ - start);
    if (whole) {
      const auto [end, problem] = std::from_chars(token.data(), token.data() + token.size(), into.integer);
      if (problem == std::errc()) {
        into.kind = JsonValue::Kind::integer;
        into.number = static_cast<double>(into.integer);
        return true;
      }
      into.integer = 0;
    }
    into.kind = JsonValue::Kind::number;
    // from_chars for floating point is missing in two of our compilers. strtod wants an end, and the
    // decimal point of the C locale, which no host of ours changes.
    into.number = std::strtod(std::string(token).c_str(), nullptr);
    constexpr double largest = 1.7976931348623157e308;
    if (into.number <= largest && into.number >= -largest) return true;
    at_ = start;
    number_out_of_range_ = true;
    return false;
  }

  std::string_view text_;
  const JsonOptions& options_;
  JsonDocument& document_;
  std::size_t at_ = 0, values_ = 0;
  std::vector<JsonValue*> open_;
  const char* expected_ = "a value";
  bool too_deep_ = false, too_many_ = false, number_out_of_range_ = false;
};

}  // namespace

Result<JsonDocument> parse_json(std::string_view text, std::string_view file, const JsonOptions& options) {
  const std::size_t mark = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  const auto place = [&](std::size_t offset) { return TextDocument(text, std::string(file)).position_of_stored(offset); };
  if (text.find_first_not_of(" \t\r\n", mark) == std::string_view::npos) {
    return Error{ErrorCode::malformed, place(0), "empty file where JSON was expected"};
  }
  JsonDocument document;
  Parser parser(text, options, document);
  if (parser.run(mark)) return document;
  if (parser.too_deep()) {
    return Error{ErrorCode::limit_exceeded, place(parser.at()), "JSON nested deeper than " + std::to_string(options.max_depth)};
  }
  if (parser.too_many()) {
    return Error{ErrorCode::limit_exceeded, place(parser.at()), "JSON of more than " + std::to_string(options.max_values) + " values"};
  }
  return Error{ErrorCode::malformed, place(parser.at()), parser.problem()};
}

}  // namespace backstay
