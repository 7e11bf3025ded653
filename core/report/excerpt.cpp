#include "core/report/excerpt.hpp"

#include <algorithm>
#include <vector>

#include "core/report/utf8.hpp"

namespace backstay::report {
namespace {

struct Cell {
  char32_t value;
  std::size_t width;
  bool marked;
};

// Every code point becomes one cell, so that columns can be counted; what must not be printed
// becomes a character of the same place.
std::vector<Cell> cells_of(const Finding& finding) {
  const std::uint32_t first = finding.excerpt_column == 0 ? 1 : finding.excerpt_column;
  const std::uint32_t begin = std::max(finding.at.column, 1u);
  // A finding over several lines is marked to the end of its first one.
  const bool one_line = finding.end_line == finding.at.line && finding.end_column > begin;
  const std::uint32_t end = one_line ? finding.end_column : (finding.end_line > finding.at.line ? UINT32_MAX : begin + 1);
  std::vector<Cell> cells;
  std::uint32_t column = first;
  for (std::size_t i = 0; i < finding.excerpt.size(); ++column) {
    const CodePoint point = decode(finding.excerpt, i);
    i += point.bytes;
    char32_t value = point.value;
    if (value == '\t') value = ' ';
    if (is_unsafe(value)) value = 0xFFFD;
    cells.push_back({value, static_cast<std::size_t>(width_of(value)), column >= begin && column < end});
  }
  while (!cells.empty() && cells.back().value == ' ') cells.pop_back();
  if (std::none_of(cells.begin(), cells.end(), [](const Cell& cell) { return cell.marked; }) && begin >= first) {
    cells.push_back({' ', 1, true});  // the place is behind the last character
  }
  return cells;
}

}  // namespace

MarkedLine marked_line(const Finding& finding, std::size_t width) {
  if (finding.excerpt.empty() || finding.at.line == 0) return {};
  const std::vector<Cell> cells = cells_of(finding);
  std::size_t total = 0, mark_at = 0;
  for (const Cell& cell : cells) {
    if (cell.marked && mark_at == 0) mark_at = total + 1;
    total += cell.width;
  }
  const std::size_t from = total > width && mark_at > width / 2 ? mark_at - width / 3 : 0;
  MarkedLine made;
  std::size_t seen = 0, used = 0;
  if (from > 0) made.line = "...", made.marks = "   ", used = 3;
  for (const Cell& cell : cells) {
    const std::size_t at = seen;
    seen += cell.width;
    if (at < from) continue;
    if (used + cell.width > width - (total - from > width ? 3 : 0)) {
      made.line += "...";
      break;
    }
    append_utf8(made.line, cell.value);
    made.marks.append(cell.width, cell.marked ? '^' : ' ');
    used += cell.width;
  }
  while (made.marks.ends_with(' ')) made.marks.pop_back();
  while (made.line.ends_with(' ')) made.line.pop_back();
  return made;
}

}  // namespace backstay::report
