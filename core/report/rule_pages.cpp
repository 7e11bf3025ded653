#include "core/report/rule_pages.hpp"

#include "core/base/ascii.hpp"
#include "core/base/page_text.hpp"
#include "core/base/sorting.hpp"

namespace backstay::report {
namespace {

// A page opens with three paragraphs: "# rule", one sentence, "**severity** ...".
std::string_view paragraph(std::string_view page, int number) {
  for (; number > 0; --number) {
    const auto end = page.find("\n\n");
    if (end == std::string_view::npos) return {};
    page.remove_prefix(end + 2);
  }
  return trimmed(page.substr(0, page.find("\n\n")), " \n");
}

Severity severity_of(std::string_view page) {
  const std::string_view line = paragraph(page, 2);
  if (line.starts_with("**error**")) return Severity::error;
  return line.starts_with("**info**") ? Severity::info : Severity::warning;
}

RulePage read(const PageText& text) {
  return {text.id, severity_of(text.text), paragraph(text.text, 1), text.text};
}

}  // namespace

std::vector<RulePage> rule_pages() {
  std::vector<RulePage> all;
  for (const PageText& text : page_texts()) all.push_back(read(text));
  sort_stably(all.begin(), all.end(), [](const RulePage& a, const RulePage& b) { return a.id < b.id; });
  return all;
}

std::optional<RulePage> find_rule_page(std::string_view id) {
  const PageText* short_match = nullptr;
  int short_matches = 0;
  for (const PageText& text : page_texts()) {
    if (text.id == id) return read(text);
    if (text.id.size() > id.size() && text.id.ends_with(id) && text.id[text.id.size() - id.size() - 1] == '/') {
      short_match = &text;
      ++short_matches;
    }
  }
  if (id.empty() || short_matches != 1) return std::nullopt;
  return read(*short_match);
}

std::string_view page_section(std::string_view page, std::string_view heading) {
  constexpr std::string_view mark = "\n## ";
  for (auto at = page.find(mark); at != std::string_view::npos; at = page.find(mark, at + 1)) {
    std::string_view rest = page.substr(at + mark.size());
    if (!rest.starts_with(heading) || rest.substr(heading.size(), 1) != "\n") continue;
    rest.remove_prefix(heading.size());
    return trimmed(rest.substr(0, rest.find(mark)), " \n");
  }
  return {};
}

}  // namespace backstay::report
