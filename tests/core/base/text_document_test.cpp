#include "core/base/text_document.hpp"

#include <doctest/doctest.h>

using backstay::SourcePos;
using backstay::TextDocument;
using backstay::TextEncoding;

namespace {

std::string place(const TextDocument& document, std::string_view what) {
  const SourcePos at = document.position(document.text().find(what));
  return std::to_string(at.line) + ":" + std::to_string(at.column) + " @" + std::to_string(at.offset);
}

}  // namespace

TEST_CASE("text document: encodings give the same text and true offsets") {
  struct Row {
    const char* what;
    std::string bytes;
    TextEncoding encoding;
    const char* text;
    const char* x_at;
  };
  using namespace std::string_literals;
  const Row rows[] = {
      {"plain", "a\nxb", TextEncoding::utf8, "a\nxb", "2:1 @2"},
      {"utf-8 mark is no column", "\xEF\xBB\xBFxa", TextEncoding::utf8_mark, "xa", "1:1 @3"},
      {"columns count code points", "\xD0\xB6\xD0\xB6x", TextEncoding::utf8, "\xD0\xB6\xD0\xB6x", "1:3 @4"},
      {"utf-16 le", "\xFF\xFE" "a\0\n\0x\0"s, TextEncoding::utf16_le, "a\nx", "2:1 @6"},
      {"utf-16 be", "\xFE\xFF\0a\0\n\0x"s, TextEncoding::utf16_be, "a\nx", "2:1 @6"},
      {"utf-16 without a mark", "S\0E\0L\0x\0"s, TextEncoding::utf16_le, "SELx", "1:4 @6"},
      {"windows-1251", "\xCF\xF0\xE8\xE2\xE5\xF2\nx", TextEncoding::windows_1251, "\xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82\nx", "2:1 @7"},
      {"windows-1252", "caf\xE9 x", TextEncoding::windows_1252, "caf\xC3\xA9 x", "1:6 @5"},
      {"lone CR and CRLF end lines", "a\rb\r\nx", TextEncoding::utf8, "a\rb\r\nx", "3:1 @5"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const TextDocument document(row.bytes, "f");
    CHECK(document.encoding() == row.encoding);
    CHECK(document.text() == row.text);
    CHECK(place(document, "x") == row.x_at);
  }
}

TEST_CASE("text document: the line at a place has no line end") {
  const TextDocument document("one\r\ntwo\rthree", "f");
  CHECK(document.line_at(0) == "one");
  CHECK(document.line_at(5) == "two");
  CHECK(document.line_at(14) == "three");
  CHECK(TextDocument("", "f").line_at(0) == "");
  CHECK(TextDocument("", "f").position(0).line == 1);
}

TEST_CASE("text document: columns on a line of megabytes") {
  std::string text = "short\n";
  for (int i = 0; i < 20'000; ++i) text += "\xC3\xA9x";
  text += "\nlast";
  const TextDocument document(text, "f");
  CHECK(document.position(6).column == 1);
  CHECK(document.position(6 + 3 * 10'000).column == 20'001);
  CHECK(document.position(6 + 3 * 10'000 + 2).column == 20'002);
  CHECK(document.position(text.size()).column == 5);
  CHECK(document.position(text.size()).line == 3);
}
