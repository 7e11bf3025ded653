#include "core/report/excerpt.hpp"

#include <doctest/doctest.h>

#include "core/report/text_page.hpp"
#include "core/report/utf8.hpp"

using namespace backstay;
using namespace backstay::report;

namespace {

Finding at(std::string excerpt, std::uint32_t column, std::uint32_t end_column, std::uint32_t excerpt_column = 1) {
  Finding finding;
  finding.excerpt = std::move(excerpt);
  finding.excerpt_column = excerpt_column;
  finding.at.line = finding.end_line = 3;
  finding.at.column = column;
  finding.end_column = end_column;
  return finding;
}

std::string shown(const Finding& finding, std::size_t width) {
  const MarkedLine marked = marked_line(finding, width);
  return marked.line + "\n" + marked.marks;
}

}  // namespace

TEST_CASE("excerpt: the marks stand under the place") {
  CHECK(shown(at("UPDATE t SET a = 1", 8, 9), 60) == "UPDATE t SET a = 1\n       ^");
  CHECK(shown(at("\tUPDATE t", 2, 8), 60) == " UPDATE t\n ^^^^^^");
  CHECK(shown(at("名前 = UPDATE", 6, 12), 60) == "名前 = UPDATE\n       ^^^^^^");
  CHECK(shown(at("a\x1b[2J b", 6, 7), 60) == "a\xEF\xBF\xBD[2J b\n     ^");
  CHECK(shown(at("SELECT (", 9, 9), 60) == "SELECT (\n        ^");
  CHECK(shown(at("", 1, 2), 60) == "\n");
}

TEST_CASE("excerpt: a finding over several lines is marked to the end of the first") {
  Finding finding = at("UPDATE t", 1, 5);
  finding.end_line = 9;
  CHECK(shown(finding, 60) == "UPDATE t\n^^^^^^^^");
}

TEST_CASE("excerpt: a long line is cut around the place and never wider than asked") {
  std::string line(300, 'x');
  line.replace(200, 6, "UPDATE");
  for (const std::size_t width : {30u, 60u, 74u, 120u}) {
    const MarkedLine marked = marked_line(at(line, 201, 207), width);
    CAPTURE(marked.line);
    CHECK(display_width(marked.line) <= width);
    const std::size_t mark = marked.marks.find('^');
    CHECK(marked.line.substr(mark, 6) == "UPDATE");
    CHECK(marked.marks.substr(mark) == "^^^^^^");
  }
  // A cut made by the core counts too.
  CHECK(shown(at("b = UPDATE", 105, 111, 101), 60) == "b = UPDATE\n    ^^^^^^");
}

TEST_CASE("text page: words wrap under their lead, long ones stay whole") {
  TextPage page(40, false);
  page.wrapped("  fix: ", "one two three four five six seven eight nine");
  page.wrapped("  ", std::string(60, 'p'));
  CHECK(page.take() == "  fix: one two three four five six seven\n       eight nine\n  " + std::string(60, 'p') + "\n");
}

TEST_CASE("text page: colour only when asked, foreign text never brings its own") {
  TextPage plain(80, false), coloured(80, true);
  plain.put("x", Style::red).put_foreign("\x1b[0m");
  coloured.put("x", Style::red).put_foreign("\x1b[0m", Style::bold);
  CHECK(plain.take() == "x\\x1b[0m");
  CHECK(coloured.take() == "\x1b[1;31mx\x1b[0m\x1b[1m\\x1b[0m\x1b[0m");
}

TEST_CASE("sizes for people") {
  CHECK(size_text(1) == "1 byte");
  CHECK(size_text(1023) == "1023 bytes");
  CHECK(size_text(1024) == "1.0 KB");
  CHECK(size_text(62914560) == "60.0 MB");
  CHECK(size_text(5ull << 40) == "5.0 TB");
}
