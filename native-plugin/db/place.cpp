#include "native-plugin/db/place.hpp"

#include <algorithm>

#include "core/base/ascii.hpp"

namespace backstay::db {

namespace {

bool continues_code_point(char c) { return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u; }

}  // namespace

void set_place(DbError& error, std::string_view script, std::uint64_t offset) {
  offset = std::min<std::uint64_t>(offset, script.size());
  error.offset = offset;
  error.line = 1;
  error.column = 1;
  for (std::size_t i = 0; i < offset; ++i) {
    if (script[i] == '\n') {
      ++error.line;
      error.column = 1;
    } else if (!continues_code_point(script[i])) {
      ++error.column;
    }
  }
}

std::uint64_t byte_of_character(std::string_view text, std::uint64_t characters) {
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!continues_code_point(text[i]) && ++seen == characters) return i;
  }
  return text.size();
}

std::size_t leading_blanks(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (ascii_blanks.find(text[at]) != std::string_view::npos || text[at] == ';') {
      ++at;
    } else if (text.substr(at).starts_with("--")) {
      at = std::min(text.find('\n', at), text.size());
    } else if (text.substr(at).starts_with("/*")) {
      const auto end = text.find("*/", at + 2);
      at = end == std::string_view::npos ? text.size() : end + 2;
    } else {
      break;
    }
  }
  return at;
}

std::string first_word(std::string_view statement) {
  std::string word;
  for (const char c : statement.substr(leading_blanks(statement))) {
    const char lower = ascii_lower(c);
    if (lower < 'a' || lower > 'z') break;
    word += static_cast<char>(lower - 'a' + 'A');
  }
  return word;
}

}  // namespace backstay::db
