// The one definition of what counts as valid UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace backstay {

// Length of the valid sequence at text[i], 0 when there is none: no overlong forms, no surrogates,
// nothing above U+10FFFF. `i` is below text.size().
inline std::size_t utf8_length(std::string_view text, std::size_t i) {
  const auto at = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
  const unsigned char lead = at(i);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xC2 && lead <= 0xDF ? 2 : lead >= 0xE0 && lead <= 0xEF ? 3 : lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
  if (length == 0 || i + length > text.size()) return 0;
  for (std::size_t k = 1; k < length; ++k) {
    if ((at(i + k) & 0xC0) != 0x80) return 0;
  }
  if (lead == 0xE0 && at(i + 1) < 0xA0) return 0;
  if (lead == 0xED && at(i + 1) > 0x9F) return 0;  // surrogates
  if (lead == 0xF0 && at(i + 1) < 0x90) return 0;
  if (lead == 0xF4 && at(i + 1) > 0x8F) return 0;
  return length;
}

// `c` is no surrogate. Above U+10FFFF nothing is appended.
inline void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x110000) {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

}  // namespace backstay
