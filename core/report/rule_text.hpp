// What the catalogue says about the rules that a report names.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/report/report.hpp"

namespace backstay::report {

struct RuleText {
  std::string id, title;
  std::string page;   // Markdown; empty for a rule without one
  Severity severity = Severity::warning;
};

// The rules with a finding in `report`, by id, each once.
std::vector<RuleText> rules_of(const Report& report);

}  // namespace backstay::report
