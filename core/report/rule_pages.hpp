// The catalogue of every rule of every area, read from the pages that are compiled in.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/base/finding.hpp"

namespace backstay::report {

struct RulePage {
  std::string_view id;        // "sql/update-data", "order/deadlock", ...
  Severity severity = Severity::warning;  // the usual one; the page tells when it differs
  std::string_view title;     // one sentence, plain but for backquotes
  std::string_view page;      // the whole page, Markdown
};

// All pages, sorted by id. The texts live as long as the program.
std::vector<RulePage> rule_pages();

// One page by its id, or by the part behind the last '/' when that names one rule only.
std::optional<RulePage> find_rule_page(std::string_view id);

// A section of a page ("Why it matters", "Repair") without its heading and blank edges; empty when
// the page has none of that name.
std::string_view page_section(std::string_view page, std::string_view heading);

}  // namespace backstay::report
