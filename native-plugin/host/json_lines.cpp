#include "native-plugin/host/json_lines.hpp"

#include <unistd.h>

#include <cerrno>

namespace backstay::host {
namespace {

// Just behind the value that starts at `at`; relies on the text being valid JSON.
std::size_t end_of_value(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  bool in_string = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      if (c == '\\') {
        ++at;
      } else if (c == '"') {
        in_string = false;
        if (depth == 0) return at + 1;
      }
      continue;
    }
    if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return at;
      if (--depth == 0) return at + 1;
    } else if (depth == 0 && (c == ',' || c == ':')) {
      return at;
    }
  }
  return at;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  while (!text.empty() && blanks.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  return text;
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  const std::size_t found = text.find_first_not_of(" \t\r\n", at);
  return found == std::string_view::npos ? text.size() : found;
}

}  // namespace

LineReader::Outcome LineReader::next(std::string& line) {
  line.clear();
  bool too_long = false;
  for (;;) {
    const std::size_t end = buffer_.find('\n', at_);
    const std::size_t until = end == std::string::npos ? buffer_.size() : end;
    if (!too_long) line.append(buffer_, at_, until - at_);
    if (line.size() > max_bytes_) too_long = true, line.clear(), line.shrink_to_fit();
    if (end != std::string::npos) {
      at_ = end + 1;
      break;
    }
    if (ended_) {
      at_ = buffer_.size();
      if (line.empty() && !too_long) return Outcome::end;
      break;
    }
    buffer_.resize(65536);
    ssize_t got;
    do {
      got = ::read(descriptor_, buffer_.data(), buffer_.size());
    } while (got < 0 && errno == EINTR);
    if (got < 0) return Outcome::failed;
    buffer_.resize(static_cast<std::size_t>(got));
    at_ = 0;
    ended_ = got == 0;
  }
  if (line.ends_with('\r')) line.pop_back();
  return too_long ? Outcome::too_long : Outcome::line;
}

std::optional<std::string_view> raw_member(std::string_view object, std::string_view key) {
  std::optional<std::string_view> found;
  std::size_t at = object.find('{');
  if (at == std::string_view::npos) return found;
  for (++at; (at = skip_blanks(object, at)) < object.size() && object[at] == '"';) {
    const std::size_t key_end = end_of_value(object, at);
    const std::string_view name = object.substr(at + 1, key_end - at - 2);
    at = skip_blanks(object, object.find(':', key_end) + 1);
    const std::size_t value_end = end_of_value(object, at);
    if (name == key) found = trimmed(object.substr(at, value_end - at));
    at = skip_blanks(object, value_end);
    if (at >= object.size() || object[at] != ',') break;
    ++at;
  }
  return found;
}

}  // namespace backstay::host
