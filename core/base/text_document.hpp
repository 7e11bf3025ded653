// Bytes of a text file as UTF-8, with the way back: every place in the text has a line, a column
// and a byte offset in the file as stored.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace backstay {

enum class TextEncoding : std::uint8_t { utf8, utf8_mark, utf16_le, utf16_be, windows_1251, windows_1252 };

// Byte order marks decide first; without one valid UTF-8 is UTF-8, NUL bytes at every other place
// mean UTF-16, and the rest is read as Windows-1251 (Cyrillic letters present) or -1252.
// A mark is not part of the text and takes no column of line 1.
class TextDocument {
 public:
  TextDocument() = default;
  // `bytes` is copied once. `file` names it in every place. Never fails: damaged sequences become
  // U+FFFD, and had_damage() tells.
  TextDocument(std::string_view bytes, std::string file);

  std::string_view text() const { return text_; }
  const std::string& file() const { return file_; }
  TextEncoding encoding() const { return encoding_; }
  bool had_damage() const { return damaged_; }

  // `offset` counts bytes of text(); at most text().size(). O(log lines + length of the line,
  // at most 1 KiB of it).
  // LF, CRLF and a lone CR each end one line. Columns count code points from 1.
  SourcePos position(std::size_t offset) const;
  // The place of a byte of the UTF-8 file as stored: readers that parse the raw bytes count a byte order
  // mark, text() does not have one. The mark itself is the start of the text.
  SourcePos position_of_stored(std::size_t stored) const;
  // The line that holds `offset`, without its end; borrowed from text().
  std::string_view line_at(std::size_t offset) const;
  // The same in two steps, for whoever asks for several places of one line.
  struct Line {
    std::size_t index = 0;             // from 0
    std::size_t begin = 0, end = 0;    // bytes of text(), without the line end
    std::size_t next = 0;              // where the next line begins; behind the text when there is none
  };
  Line line_of(std::size_t offset) const;
  SourcePos position_in(const Line& line, std::size_t offset) const;
  // Bytes of the stored file from its start to the same place.
  std::uint64_t stored_offset(std::size_t offset) const;

 private:
  std::size_t line_index(std::size_t offset) const;
  std::string text_;
  std::string file_;
  TextEncoding encoding_ = TextEncoding::utf8;
  bool damaged_ = false;
  std::size_t points_before(std::size_t offset) const;
  std::vector<std::size_t> line_starts_;              // in text()
  std::vector<std::uint32_t> block_points_;           // code points before each block of text(); empty when lines are short
  std::vector<std::uint64_t> stored_line_starts_;     // empty when offsets map one to one
};

}  // namespace backstay
