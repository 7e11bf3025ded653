#include "core/report/json_writer.hpp"

#include "core/report/utf8.hpp"

namespace backstay::report {

void append_json_string(std::string& out, std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  out += '"';
  std::size_t plain = 0;  // start of the run that needs no change
  for (std::size_t i = 0; i < text.size();) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c < 0x7F && c != '"' && c != '\\') {
      ++i;
      continue;
    }
    const CodePoint point = decode(text, i);
    // U+2028 and U+2029 are fine in JSON, but end a line where JSON is pasted into a script.
    const bool keep = c >= 0x80 && !point.damaged && point.value != 0x2028 && point.value != 0x2029;
    if (keep) {
      i += point.bytes;
      continue;
    }
    out.append(text, plain, i - plain);
    if (point.damaged) {
      append_utf8(out, 0xFFFD);
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      out += "\\u";
      for (int shift = 12; shift >= 0; shift -= 4) out += digits[(point.value >> shift) & 15];
    }
    i += point.bytes;
    plain = i;
  }
  out.append(text, plain, text.size() - plain);
  out += '"';
}

void JsonWriter::line() {
  if (indent_ == 0) return;
  out_ += '\n';
  out_.append(has_items_.size() * indent_, ' ');
}

void JsonWriter::before_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (has_items_.empty()) return;
  if (has_items_.back()) out_ += ',';
  has_items_.back() = true;
  line();
}

void JsonWriter::open(char bracket) {
  before_value();
  out_ += bracket;
  has_items_.push_back(false);
}

void JsonWriter::close(char bracket) {
  const bool had_items = has_items_.back();
  has_items_.pop_back();
  if (had_items) line();
  out_ += bracket;
}

void JsonWriter::key(std::string_view name) {
  before_value();
  append_json_string(out_, name);
  out_ += indent_ == 0 ? ":" : ": ";
  after_key_ = true;
}

void JsonWriter::text(std::string_view value) {
  before_value();
  append_json_string(out_, value);
}

void JsonWriter::number(std::uint64_t value) {
  before_value();
  out_ += std::to_string(value);
}

void JsonWriter::signed_number(std::int64_t value) {
  before_value();
  out_ += std::to_string(value);
}

void JsonWriter::flag(bool value) {
  before_value();
  out_ += value ? "true" : "false";
}

void JsonWriter::null() {
  before_value();
  out_ += "null";
}

void JsonWriter::raw(std::string_view json) {
  before_value();
  out_ += json;
}

void JsonWriter::member_or_null(std::string_view name, std::string_view value) {
  if (value.empty()) {
    member_null(name);
  } else {
    member(name, value);
  }
}

void JsonWriter::optional_text(std::string_view name, const std::optional<std::string>& value) {
  if (value) {
    member(name, *value);
  } else {
    member_null(name);
  }
}

void JsonWriter::optional_flag(std::string_view name, const std::optional<bool>& value) {
  if (value) {
    member_flag(name, *value);
  } else {
    member_null(name);
  }
}

void JsonWriter::optional_number(std::string_view name, const std::optional<std::int64_t>& value) {
  if (value) {
    key(name);
    signed_number(*value);
  } else {
    member_null(name);
  }
}

}  // namespace backstay::report
