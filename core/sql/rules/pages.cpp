#include "core/sql/rules/pages.hpp"

#include "core/base/page_text.hpp"

namespace backstay::sql::rules {

std::string_view rule_page(std::string_view id) {
  constexpr std::string_view area = "sql/";
  if (id.starts_with(area)) id.remove_prefix(area.size());
  for (const PageText& page : page_texts()) {
    if (page.id.starts_with(area) && page.id.substr(area.size()) == id) return page.text;
  }
  return {};
}

}  // namespace backstay::sql::rules
