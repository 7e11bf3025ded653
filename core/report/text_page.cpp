#include "core/report/text_page.hpp"

#include "core/report/utf8.hpp"

namespace backstay::report {
namespace {

std::string_view code_of(Style style) {
  switch (style) {
    case Style::plain: return "";
    case Style::bold: return "\x1b[1m";
    case Style::dim: return "\x1b[2m";
    case Style::red: return "\x1b[1;31m";
    case Style::yellow: return "\x1b[1;33m";
    case Style::cyan: return "\x1b[36m";
    case Style::green: return "\x1b[1;32m";
  }
  return "";
}

}  // namespace

void TextPage::start(Style style) {
  if (colour_) out_ += code_of(style);
}

void TextPage::stop(Style style) {
  if (colour_ && style != Style::plain) out_ += "\x1b[0m";
}

TextPage& TextPage::put(std::string_view own, Style style) {
  start(style);
  out_ += own;
  stop(style);
  return *this;
}

TextPage& TextPage::put_foreign(std::string_view foreign, Style style) { return put(visible(foreign), style); }

TextPage& TextPage::end_line() {
  out_ += '\n';
  return *this;
}

void TextPage::gap() {
  if (!out_.empty() && !out_.ends_with("\n\n")) out_ += '\n';
}

void TextPage::wrapped(std::string_view english_lead, std::string_view foreign, Style lead_style) {
  const std::string lead = words_(english_lead);
  put(lead, lead_style);
  const std::size_t margin = display_width(lead);
  const std::string text = visible(words_(foreign));
  std::size_t column = margin;
  bool first = true;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = text.find(' ', i);
    if (end == std::string::npos) end = text.size();
    const std::string_view word(text.data() + i, end - i);
    i = end + 1;
    if (word.empty()) continue;
    const std::size_t size = display_width(word);
    if (!first && column + 1 + size > width_) {
      out_ += '\n';
      out_.append(margin, ' ');
      column = margin;
    } else if (!first) {
      out_ += ' ';
      ++column;
    }
    out_ += word;
    column += size;
    first = false;
  }
  out_ += '\n';
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

std::string size_text(std::uint64_t bytes) {
  if (bytes < 1024) return counted(bytes, "byte", "bytes");
  static constexpr std::string_view units[] = {" KB", " MB", " GB", " TB"};
  std::uint64_t tenths = bytes * 10 / 1024;
  std::size_t unit = 0;
  while (tenths >= 10240 && unit + 1 < std::size(units)) tenths /= 1024, ++unit;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + std::string(units[unit]);
}

}  // namespace backstay::report
