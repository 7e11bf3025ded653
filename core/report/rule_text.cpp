#include "core/report/rule_text.hpp"

namespace backstay::report {

std::vector<RuleText> rules_of(const Report& report) {
  std::map<std::string, RuleText> used;
  for (const Finding& finding : report.findings) {
    RuleText& rule = used[finding.rule];
    if (!rule.id.empty()) continue;
    rule.id = rule.title = finding.rule;
    rule.severity = finding.severity;
  }
  for (const sql::RuleInfo& info : sql::rule_catalogue()) {
    const auto found = used.find(std::string(info.id));
    if (found == used.end()) continue;
    found->second.title = info.title;
    found->second.page = info.page;
    found->second.severity = info.severity;
  }
  std::vector<RuleText> rules;
  for (auto& [id, rule] : used) rules.push_back(std::move(rule));
  return rules;
}

}  // namespace backstay::report
