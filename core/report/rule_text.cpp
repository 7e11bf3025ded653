#include "core/report/rule_text.hpp"

#include "core/report/rule_pages.hpp"

namespace backstay::report {

std::vector<RuleText> rules_of(const Report& report) {
  std::map<std::string, RuleText> used;
  for (const Finding& finding : report.findings) {
    RuleText& rule = used[finding.rule];
    if (!rule.id.empty()) continue;
    rule.id = rule.title = finding.rule;
    rule.severity = finding.severity;
  }
  for (const RulePage& known : rule_pages()) {
    const auto found = used.find(std::string(known.id));
    if (found == used.end()) continue;
    found->second.title = known.title;
    found->second.page = known.page;
    found->second.severity = known.severity;
  }
  std::vector<RuleText> rules;
  for (auto& [id, rule] : used) rules.push_back(std::move(rule));
  return rules;
}

}  // namespace backstay::report
