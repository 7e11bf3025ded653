// Text from strangers on its way out: always valid UTF-8, no hidden control characters, and known
// widths, so that no name in a package can break a report or steer a terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/utf8.hpp"

namespace backstay::report {

// One code point and the bytes it takes. Damaged bytes give U+FFFD, one byte each.
struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 1;
  bool damaged = false;
};
// `at` is below text.size().
CodePoint decode(std::string_view text, std::size_t at);

// The text with every damaged byte replaced by U+FFFD.
std::string valid_utf8(std::string_view text);

// For one line of a terminal or of a page: control characters and those that change the reading
// direction are written as \n, \x1b or \u202e; the rest is kept.
std::string visible(std::string_view text);

// True for what visible() replaces.
bool is_unsafe(char32_t value);

// Columns on a terminal: 2 for East Asian wide characters and emoji, 0 for combining marks.
int width_of(char32_t value);
std::size_t display_width(std::string_view text);

}  // namespace backstay::report
