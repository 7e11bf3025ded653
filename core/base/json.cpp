#include "core/base/json.hpp"

#include <nlohmann/json.hpp>

#include "core/base/text_document.hpp"

namespace backstay {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_any_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

// Counts what the parser has taken. nlohmann reads one token ahead at most, which is enough to
// name the line of a value.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, std::size_t* count) : at_(at), count_(count) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    ++*count_;
    return *this;
  }
  CountingIterator operator++(int) {
    const CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  std::size_t* count_;
};

class Builder {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  Builder(std::size_t max_depth, const std::size_t* position) : max_depth_(max_depth), position_(position) {}

  bool null() { return add({}); }
  bool boolean(bool value) {
    JsonValue made;
    made.kind = JsonValue::Kind::boolean;
    made.boolean = value;
    return add(std::move(made));
  }
  bool number_integer(number_integer_t value) { return add_integer(value, static_cast<double>(value)); }
  bool number_unsigned(number_unsigned_t value) {
    if (value > static_cast<number_unsigned_t>(INT64_MAX)) return number_float(static_cast<double>(value), "");
    return add_integer(static_cast<std::int64_t>(value), static_cast<double>(value));
  }
  bool number_float(number_float_t value, const string_t&) {
    JsonValue made;
    made.kind = JsonValue::Kind::number;
    made.number = value;
    return add(std::move(made));
  }
  bool string(string_t& value) {
    JsonValue made;
    made.kind = JsonValue::Kind::string;
    made.string = std::move(value);
    return add(std::move(made));
  }
  bool binary(binary_t&) { return false; }
  bool start_object(std::size_t) { return open(JsonValue::Kind::object); }
  bool key(string_t& value) {
    open_.back()->members.push_back({std::move(value), {}});
    return true;
  }
  bool end_object() { return close(); }
  bool start_array(std::size_t) { return open(JsonValue::Kind::array); }
  bool end_array() { return close(); }
  template <class Exception>
  bool parse_error(std::size_t position, const std::string& last_token, const Exception& problem) {
    error_at_ = position == 0 ? 0 : position - 1;
    // Out-of-range numbers arrive here too; the text of the exception says which it was.
    message_ = problem.id == 406 ? "number out of range" : "not valid JSON near " + quoted(last_token);
    failed_ = true;
    return false;
  }

  bool too_deep() const { return too_deep_; }
  bool failed() const { return failed_; }
  std::size_t error_at() const { return error_at_; }
  const std::string& message() const { return message_; }
  JsonValue take() { return std::move(root_); }

 private:
  static std::string quoted(std::string_view token) {
    if (token.empty()) return "the end of the file";
    return "\"" + std::string(token.substr(token.size() > 40 ? token.size() - 40 : 0)) + "\"";
  }
  bool add_integer(std::int64_t whole, double value) {
    JsonValue made;
    made.kind = JsonValue::Kind::integer;
    made.integer = whole;
    made.number = value;
    return add(std::move(made));
  }
  JsonValue& place(JsonValue&& made) {
    made.offset = *position_;
    if (open_.empty()) {
      root_ = std::move(made);
      return root_;
    }
    JsonValue& parent = *open_.back();
    if (parent.kind == JsonValue::Kind::array) {
      parent.items.push_back(std::move(made));
      return parent.items.back();
    }
    parent.members.back().value = std::move(made);
    return parent.members.back().value;
  }
  bool add(JsonValue&& made) {
    place(std::move(made));
    return true;
  }
  bool open(JsonValue::Kind kind) {
    if (open_.size() >= max_depth_) {
      too_deep_ = true;
      error_at_ = *position_;
      return false;
    }
    JsonValue made;
    made.kind = kind;
    // The parent's vector does not grow while a child is open, so the pointer stays good.
    open_.push_back(&place(std::move(made)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  std::size_t max_depth_;
  const std::size_t* position_;
  JsonValue root_;
  std::vector<JsonValue*> open_;
  bool failed_ = false, too_deep_ = false;
  std::size_t error_at_ = 0;
  std::string message_;
};

// Blanks commas that stand before a closing bracket, so that offsets keep their meaning.
std::vector<std::size_t> blank_trailing_commas(std::string& text) {
  std::vector<std::size_t> found;
  bool in_string = false;
  std::size_t comma = std::string::npos;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
      continue;
    }
    if (c == '"') in_string = true;
    if (c == ',') {
      comma = i;
    } else if ((c == '}' || c == ']') && comma != std::string::npos) {
      text[comma] = ' ';
      found.push_back(comma);
      comma = std::string::npos;
    } else if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
      comma = std::string::npos;
    }
  }
  return found;
}

}  // namespace

const JsonValue* JsonValue::find(std::string_view key) const {
  for (auto it = members.rbegin(); it != members.rend(); ++it) {
    if (it->key == key) return &it->value;
  }
  return nullptr;
}

const JsonValue* JsonValue::find_any_case(std::string_view key) const {
  for (auto it = members.rbegin(); it != members.rend(); ++it) {
    if (same_any_case(it->key, key)) return &it->value;
  }
  return nullptr;
}

std::optional<std::string> JsonValue::text(std::string_view key) const {
  const JsonValue* value = find(key);
  if (!value || value->kind != Kind::string) return std::nullopt;
  return value->string;
}

std::optional<bool> JsonValue::flag(std::string_view key) const {
  const JsonValue* value = find(key);
  if (!value || value->kind != Kind::boolean) return std::nullopt;
  return value->boolean;
}

std::optional<std::int64_t> JsonValue::whole(std::string_view key) const {
  const JsonValue* value = find(key);
  if (!value || value->kind != Kind::integer) return std::nullopt;
  return value->integer;
}

Result<JsonDocument> parse_json(std::string_view text, std::string_view file, const JsonOptions& options) {
  const auto place = [&](std::size_t offset) {
    return TextDocument(text, std::string(file)).position(
        offset > 3 && text.starts_with("\xEF\xBB\xBF") ? offset - 3 : offset);
  };
  const std::size_t mark = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  if (text.find_first_not_of(" \t\r\n", mark) == std::string_view::npos) {
    return Error{ErrorCode::malformed, place(0), "empty file where JSON was expected"};
  }
  JsonDocument document;
  std::string edited;
  std::string_view source = text;
  if (options.lenient) {
    edited = text;
    document.trailing_commas = blank_trailing_commas(edited);
    source = edited;
  }
  std::size_t position = mark;
  Builder builder(options.max_depth, &position);
  const char* begin = source.data() + mark;
  const bool ok = nlohmann::json::sax_parse(CountingIterator(begin, &position),
                                            CountingIterator(source.data() + source.size(), &position), &builder);
  if (builder.too_deep()) {
    return Error{ErrorCode::limit_exceeded, place(builder.error_at()),
                 "JSON nested deeper than " + std::to_string(options.max_depth)};
  }
  if (!ok || builder.failed()) {
    return Error{ErrorCode::malformed, place(mark + builder.error_at()),
                 builder.message().empty() ? "not valid JSON" : builder.message()};
  }
  document.root = builder.take();
  return document;
}

}  // namespace backstay
