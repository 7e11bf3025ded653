// The rule pages as compiled in. Written for the eyes of core/report/rule_pages.hpp and
// core/sql/rules/pages.hpp; everybody else asks those.
#pragma once

#include <span>
#include <string_view>

namespace backstay {

struct PageText {
  std::string_view id;    // "sql/update-data"
  std::string_view path;  // of the page, below core/: "sql/rules/update_data.md"
  std::string_view text;  // Markdown, byte for byte as in the file
};

// In order of their paths. Lives as long as the program.
std::span<const PageText> page_texts();

}  // namespace backstay
