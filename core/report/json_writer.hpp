// Writes JSON piece by piece into one string, in the order of the calls. A tree would double the
// memory of a large report and, in nlohmann's ordered form, search its keys linearly.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace backstay::report {

// The caller keeps the grammar: a key before each value of an object, every begin with its end.
class JsonWriter {
 public:
  // Appends to `out`, which has to outlive this. `indent` 0 gives one line without blanks.
  explicit JsonWriter(std::string& out, std::size_t indent = 2) : out_(out), indent_(indent) {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  void key(std::string_view name);

  // Damaged UTF-8 becomes U+FFFD, so that the document is always valid.
  void text(std::string_view value);
  void number(std::uint64_t value);
  void signed_number(std::int64_t value);
  void flag(bool value);
  void null();
  // JSON that is valid already, kept as it is.
  void raw(std::string_view json);

  void member(std::string_view name, std::string_view value) { key(name), text(value); }
  void member(std::string_view name, std::uint64_t value) { key(name), number(value); }
  void member_flag(std::string_view name, bool value) { key(name), flag(value); }
  void member_null(std::string_view name) { key(name), null(); }
  // The null rules of the report: empty text and absent values are null, never "" or false.
  void member_or_null(std::string_view name, std::string_view value);
  void optional_text(std::string_view name, const std::optional<std::string>& value);
  void optional_flag(std::string_view name, const std::optional<bool>& value);
  void optional_number(std::string_view name, const std::optional<std::int64_t>& value);

  // A member that lists objects; `members(item)` writes those of one.
  template <class Items, class Members>
  void list(std::string_view name, const Items& items, Members members) {
    key(name);
    begin_array();
    for (const auto& item : items) {
      begin_object();
      members(item);
      end_object();
    }
    end_array();
  }
  void texts(std::string_view name, const std::vector<std::string>& values) { key(name), texts(values); }
  void texts(const std::vector<std::string>& values) {
    begin_array();
    for (const std::string& value : values) text(value);
    end_array();
  }

 private:
  void open(char bracket);
  void close(char bracket);
  void before_value();
  void line();

  std::string& out_;
  std::size_t indent_;
  std::vector<bool> has_items_;  // one per open bracket
  bool after_key_ = false;
};

// `text` between quotes, escaped.
void append_json_string(std::string& out, std::string_view text);

}  // namespace backstay::report
