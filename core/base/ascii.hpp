// Letters and blanks of ASCII, where the locale must not have a say.
#pragma once

#include <string>
#include <string_view>

namespace backstay {

// What .NET and most formats here take for blank: space, tab, LF, VT, FF, CR.
inline constexpr std::string_view ascii_blanks = " \t\r\n\v\f";

constexpr char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

inline std::string lowered(std::string_view text) {
  std::string copy(text);
  for (char& c : copy) c = ascii_lower(c);
  return copy;
}

// `text` without the `blanks` at both ends; borrowed from it.
constexpr std::string_view trimmed(std::string_view text, std::string_view blanks = ascii_blanks) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace backstay
