#include "core/base/text_document.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/base/utf8.hpp"

namespace backstay {
namespace {

bool valid_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    // Most texts are ASCII from end to end: eight bytes at a time.
    std::uint64_t eight = 0;
    while (i + sizeof eight <= text.size()) {
      std::memcpy(&eight, text.data() + i, sizeof eight);
      if ((eight & 0x8080808080808080u) != 0) break;
      i += sizeof eight;
    }
    if (i == text.size()) break;
    if (static_cast<unsigned char>(text[i]) < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = utf8_length(text, i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

// 0x80..0x9F of Windows-1252, 0x80..0xBF of Windows-1251; the rest is a constant distance away.
constexpr std::array<std::uint16_t, 32> windows_1252_low = {
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};
constexpr std::array<std::uint16_t, 64> windows_1251_low = {
    0x0402, 0x0403, 0x201A, 0x0453, 0x201E, 0x2026, 0x2020, 0x2021, 0x20AC, 0x2030, 0x0409,
    0x2039, 0x040A, 0x040C, 0x040B, 0x040F, 0x0452, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0xFFFD, 0x2122, 0x0459, 0x203A, 0x045A, 0x045C, 0x045B, 0x045F, 0x00A0,
    0x040E, 0x045E, 0x0408, 0x00A4, 0x0490, 0x00A6, 0x00A7, 0x0401, 0x00A9, 0x0404, 0x00AB,
    0x00AC, 0x00AD, 0x00AE, 0x0407, 0x00B0, 0x00B1, 0x0406, 0x0456, 0x0491, 0x00B5, 0x00B6,
    0x00B7, 0x0451, 0x2116, 0x0454, 0x00BB, 0x0458, 0x0405, 0x0455, 0x0457};

std::uint32_t from_windows(unsigned char c, TextEncoding encoding) {
  if (c < 0x80) return c;
  if (encoding == TextEncoding::windows_1251) {
    return c < 0xC0 ? windows_1251_low[c - 0x80] : 0x0410u + (c - 0xC0);
  }
  return c < 0xA0 ? windows_1252_low[c - 0x80] : c;
}

// Russian and Ukrainian text in Windows-1251 lies mostly in 0xC0..0xFF and comes in runs of letters;
// Western text has single accented letters between ASCII ones.
TextEncoding guess_windows(std::string_view bytes) {
  std::size_t pairs = 0, singles = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (static_cast<unsigned char>(bytes[i]) < 0xC0) continue;
    std::size_t run = 1;
    while (i + run < bytes.size() && static_cast<unsigned char>(bytes[i + run]) >= 0xC0) ++run;
    (run > 1 ? pairs : singles) += 1;
    i += run;
  }
  return pairs > singles ? TextEncoding::windows_1251 : TextEncoding::windows_1252;
}

TextEncoding detect(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) return TextEncoding::utf8_mark;
  if (bytes.starts_with("\xFF\xFE")) return TextEncoding::utf16_le;
  if (bytes.starts_with("\xFE\xFF")) return TextEncoding::utf16_be;
  const std::string_view head = bytes.substr(0, 4096);
  std::size_t even = 0, odd = 0;
  for (std::size_t i = head.find('\0'); i < head.size(); ++i) {
    if (head[i] == '\0') (i % 2 == 0 ? even : odd) += 1;
  }
  const std::size_t half = head.size() / 2;
  if (half >= 2 && odd * 4 > half * 3 && even * 8 < half) return TextEncoding::utf16_le;
  if (half >= 2 && even * 4 > half * 3 && odd * 8 < half) return TextEncoding::utf16_be;
  return valid_utf8(bytes) ? TextEncoding::utf8 : guess_windows(bytes);
}

std::string decode_utf16(std::string_view bytes, bool big_endian, std::size_t start, bool& damaged) {
  std::string out;
  out.reserve(bytes.size() / 2);
  const auto unit = [&](std::size_t i) -> std::uint32_t {
    const auto a = static_cast<unsigned char>(bytes[i]), b = static_cast<unsigned char>(bytes[i + 1]);
    return big_endian ? (a << 8 | b) : (b << 8 | a);
  };
  std::size_t i = start;
  while (i + 1 < bytes.size()) {
    std::uint32_t c = unit(i);
    i += 2;
    if (c >= 0xD800 && c <= 0xDBFF && i + 1 < bytes.size() && (unit(i) & 0xFC00) == 0xDC00) {
      c = 0x10000 + ((c - 0xD800) << 10) + (unit(i) - 0xDC00);
      i += 2;
    } else if (c >= 0xD800 && c <= 0xDFFF) {
      c = 0xFFFD;
      damaged = true;
    }
    append_utf8(out, c);
  }
  if (i < bytes.size()) damaged = true;
  return out;
}

constexpr std::size_t block_bytes = 1024;

std::size_t count_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_utf8(TextEncoding encoding) { return encoding == TextEncoding::utf8 || encoding == TextEncoding::utf8_mark; }

// First bytes of the lines of `text`. LF, CRLF and a lone CR each end one.
std::vector<std::size_t> line_starts_of(std::string_view text) {
  std::vector<std::size_t> starts;
  starts.reserve(text.size() / 32 + 2);
  starts.push_back(0);
  const bool has_cr = text.find('\r') != std::string_view::npos;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t line_feed = std::min(text.find('\n', from), text.size());
    if (has_cr) {
      for (std::size_t cr = text.substr(0, line_feed).find('\r', from); cr < line_feed; cr = text.substr(0, line_feed).find('\r', cr + 1))
        if (cr + 1 < line_feed || line_feed == text.size()) starts.push_back(cr + 1);
    }
    if (line_feed < text.size()) starts.push_back(line_feed + 1);
    from = line_feed + 1;
  }
  return starts;
}

// Bytes that the code points of `text` take in the stored encoding, which is not UTF-8.
std::uint64_t stored_bytes(std::string_view text, TextEncoding encoding) {
  std::uint64_t count = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;
    const bool wide = encoding == TextEncoding::utf16_le || encoding == TextEncoding::utf16_be;
    count += wide ? (byte >= 0xF0 ? 4 : 2) : 1;
  }
  return count;
}

}  // namespace

TextDocument::TextDocument(std::string_view bytes, std::string file)
    : file_(std::move(file)), encoding_(detect(bytes)) {
  std::uint64_t stored_start = 0;
  switch (encoding_) {
    case TextEncoding::utf8_mark:
      stored_start = 3;
      bytes.remove_prefix(3);
      text_ = bytes;
      // A marked file can still hold a damaged sequence; keep its bytes, so that offsets stay true.
      damaged_ = !valid_utf8(bytes);
      break;
    case TextEncoding::utf8:
      text_ = bytes;
      break;
    case TextEncoding::utf16_le:
    case TextEncoding::utf16_be: {
      const bool big = encoding_ == TextEncoding::utf16_be;
      stored_start = bytes.starts_with(big ? "\xFE\xFF" : "\xFF\xFE") ? 2 : 0;
      text_ = decode_utf16(bytes, big, stored_start, damaged_);
      break;
    }
    case TextEncoding::windows_1251:
    case TextEncoding::windows_1252:
      text_.reserve(bytes.size() + bytes.size() / 4);
      for (const char c : bytes) append_utf8(text_, from_windows(static_cast<unsigned char>(c), encoding_));
      break;
  }

  line_starts_ = line_starts_of(text_);
  // A machine-written file can be one line of megabytes, and may have thousands of findings on it.
  std::size_t longest = 0;
  for (std::size_t i = 0; i < line_starts_.size(); ++i) {
    longest = std::max(longest, (i + 1 < line_starts_.size() ? line_starts_[i + 1] : text_.size()) - line_starts_[i]);
  }
  if (longest > block_bytes * 4) {
    std::uint32_t points = 0;
    for (std::size_t at = 0; at <= text_.size(); at += block_bytes) {
      block_points_.push_back(points);
      points += static_cast<std::uint32_t>(count_points(std::string_view(text_).substr(at, block_bytes)));
    }
  }
  if (is_utf8(encoding_)) return;  // places of the text and of the file differ by the mark alone
  stored_line_starts_.reserve(line_starts_.size());
  std::uint64_t stored = stored_start;
  for (std::size_t i = 0; i < line_starts_.size(); ++i) {
    if (i > 0) {
      stored += stored_bytes(std::string_view(text_).substr(line_starts_[i - 1], line_starts_[i] - line_starts_[i - 1]), encoding_);
    }
    stored_line_starts_.push_back(stored);
  }
}

// Code points before `offset`, counted from the nearest block.
std::size_t TextDocument::points_before(std::size_t offset) const {
  const std::size_t from = offset / block_bytes * block_bytes;
  return block_points_[offset / block_bytes] + count_points(std::string_view(text_).substr(from, offset - from));
}

std::size_t TextDocument::line_index(std::size_t offset) const {
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  return static_cast<std::size_t>(after - line_starts_.begin()) - 1;
}

std::uint64_t TextDocument::stored_offset(std::size_t offset) const {
  if (line_starts_.empty()) return 0;
  offset = std::min(offset, text_.size());
  if (is_utf8(encoding_)) return offset + (encoding_ == TextEncoding::utf8_mark ? 3 : 0);
  const std::size_t line = line_index(offset);
  const std::size_t start = line_starts_[line];
  return stored_line_starts_[line] + stored_bytes(std::string_view(text_).substr(start, offset - start), encoding_);
}

TextDocument::Line TextDocument::line_of(std::size_t offset) const {
  if (line_starts_.empty()) return {};
  Line line;
  line.index = line_index(std::min(offset, text_.size()));
  line.begin = line_starts_[line.index];
  const bool last = line.index + 1 == line_starts_.size();
  line.end = last ? text_.size() : line_starts_[line.index + 1];
  line.next = last ? text_.size() + 1 : line.end;
  while (line.end > line.begin && (text_[line.end - 1] == '\n' || text_[line.end - 1] == '\r')) --line.end;
  return line;
}

SourcePos TextDocument::position_in(const Line& line, std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const std::size_t points = block_points_.empty() ? count_points(std::string_view(text_).substr(line.begin, offset - line.begin))
                                                   : points_before(offset) - points_before(line.begin);
  return {.file = file_, .line = static_cast<std::uint32_t>(line.index + 1), .column = static_cast<std::uint32_t>(1 + points),
          .offset = stored_offset(offset)};
}

SourcePos TextDocument::position(std::size_t offset) const { return position_in(line_of(offset), offset); }

SourcePos TextDocument::position_of_stored(std::size_t stored) const {
  const std::size_t mark = encoding_ == TextEncoding::utf8_mark ? 3 : 0;
  return position(stored > mark ? stored - mark : 0);
}

std::string_view TextDocument::line_at(std::size_t offset) const {
  const Line line = line_of(offset);
  return std::string_view(text_).substr(line.begin, line.end - line.begin);
}

}  // namespace backstay
