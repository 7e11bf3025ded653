#include "core/report/utf8.hpp"

namespace backstay::report {
namespace {

constexpr char32_t replacement = 0xFFFD;

struct Range {
  char32_t first, last;
};

bool in(const Range* ranges, std::size_t count, char32_t value) {
  for (std::size_t i = 0; i < count; ++i) {
    if (value >= ranges[i].first && value <= ranges[i].last) return true;
  }
  return false;
}

// A terminal knows better; these blocks cover what appears in names and SQL texts.
constexpr Range wide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},
                          {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},
                          {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
                          {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD}};
constexpr Range zero_width[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A},
                                {0x064B, 0x065F}, {0x200B, 0x200D}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F},
                                {0xFE20, 0xFE2F}, {0xE0100, 0xE01EF}};

template <std::size_t N>
bool in(const Range (&ranges)[N], char32_t value) {
  return in(ranges, N, value);
}

}  // namespace

CodePoint decode(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  if (first < 0x80) return {first, 1, false};
  std::size_t length = 0;
  char32_t value = 0, smallest = 0;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2, value = first & 0x1Fu, smallest = 0x80;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3, value = first & 0x0Fu, smallest = 0x800;
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4, value = first & 0x07u, smallest = 0x10000;
  }
  if (length == 0 || at + length > text.size()) return {replacement, 1, true};
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0u) != 0x80u) return {replacement, 1, true};
    value = (value << 6) | (byte(at + i) & 0x3Fu);
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < smallest || value > 0x10FFFF || surrogate) return {replacement, 1, true};
  return {value, length, false};
}

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint point = decode(text, i);
    if (point.damaged) {
      append_utf8(out, replacement);
    } else {
      out.append(text, i, point.bytes);
    }
    i += point.bytes;
  }
  return out;
}

bool is_unsafe(char32_t value) {
  return value < 0x20 || (value >= 0x7F && value <= 0x9F) ||  // C0, DEL, C1
         value == 0x200E || value == 0x200F || value == 0x061C ||  // direction marks
         (value >= 0x202A && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069) ||
         value == 0x2028 || value == 0x2029 || value == 0xFEFF;
}

std::string visible(std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint point = decode(text, i);
    if (point.damaged) {
      append_utf8(out, replacement);
    } else if (!is_unsafe(point.value)) {
      out.append(text, i, point.bytes);
    } else if (point.value == '\n') {
      out += "\\n";
    } else if (point.value == '\r') {
      out += "\\r";
    } else if (point.value == '\t') {
      out += "\\t";
    } else if (point.value < 0x100) {
      out += "\\x";
      out += digits[point.value >> 4];
      out += digits[point.value & 15];
    } else {
      out += "\\u";
      for (int shift = 12; shift >= 0; shift -= 4) out += digits[(point.value >> shift) & 15];
    }
    i += point.bytes;
  }
  return out;
}

int width_of(char32_t value) {
  if (value < 0x300) return 1;
  if (in(zero_width, value)) return 0;
  return in(wide, value) ? 2 : 1;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint point = decode(text, i);
    width += static_cast<std::size_t>(width_of(point.value));
    i += point.bytes;
  }
  return width;
}

}  // namespace backstay::report
