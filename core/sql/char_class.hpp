// What a byte can be in a name, by dialect: one table look-up each.
#pragma once

#include <array>
#include <cstdint>

#include "core/package/package.hpp"

namespace backstay::sql {

namespace char_class {
// Three bits a dialect would need; written out, because this is the inner loop of the lexer.
enum : std::uint8_t {
  blank = 1, digit = 2, hex = 4,
  // Shifted by the dialect: postgresql 0, mssql 1, oracle 2.
  continues = 8,
  wide = 64,  // part of a character of several bytes
};
constexpr std::array<std::uint8_t, 256> build() {
  std::array<std::uint8_t, 256> table{};
  for (int c = 0; c < 256; ++c) {
    std::uint8_t bits = 0;
    if (c == ' ' || (c >= '\t' && c <= '\r')) bits |= blank;
    if (c >= '0' && c <= '9') bits |= digit | hex;
    const int low = c | 0x20;
    if (low >= 'a' && low <= 'f' && c < 0x80) bits |= hex;
    const bool letter = (low >= 'a' && low <= 'z' && c < 0x80) || c == '_' || c >= 0x80;
    const bool number = c >= '0' && c <= '9';
    if (letter || number || c == '$') bits |= continues;
    if (letter || number || c == '@' || c == '#' || c == '$') bits |= continues << 1;
    if (letter || number || c == '$' || c == '#') bits |= continues << 2;
    if (c >= 0x80) bits |= wide;
    table[static_cast<std::size_t>(c)] = bits;
  }
  return table;
}
inline constexpr std::array<std::uint8_t, 256> table = build();
}  // namespace char_class

inline std::uint8_t class_of(char c) { return char_class::table[static_cast<unsigned char>(c)]; }
inline bool is_blank(char c) { return (class_of(c) & char_class::blank) != 0; }
inline bool is_digit(char c) { return (class_of(c) & char_class::digit) != 0; }
inline bool is_hex_digit(char c) { return (class_of(c) & char_class::hex) != 0; }
// Neither the first byte of a multi-byte character nor a Ctrl-Z: cannot be a wide blank.
inline bool is_plain(char c) { return static_cast<unsigned char>(c) < 0x80 && c != '\x1A'; }
inline bool continues_word(char c, Dialect dialect) {
  return (class_of(c) >> static_cast<unsigned>(dialect) & char_class::continues) != 0;
}
inline bool starts_word(char c, Dialect dialect) {
  if (c == '#') return dialect == Dialect::mssql;
  return continues_word(c, dialect) && !is_digit(c) && c != '$' && c != '@';
}
// A dot behind such a byte is no decimal point.
inline bool continues_name(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || c == '_' || c == '"' || c == ']' || c == ')' || c == '.' || c == '$' || c == '#' || c == '@' ||
         (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
}

}  // namespace backstay::sql
