// analyse(): declared or detected dialect, facts, scope, rules, class and verdict.
#include "core/sql/sql.hpp"

#include <string>

#include "core/sql/fact.hpp"
#include "core/sql/rules/pages.hpp"
#include "core/sql/rules/rules.hpp"
#include "core/sql/scope.hpp"
#include "core/sql/suppression.hpp"

namespace backstay::sql {

namespace {

// detect_dialect() answers only when one server wins clearly and the others have evidence against them,
// so its word goes before the descriptor's; a text that fits several servers leaves the declared one.
Dialect dialect_of(const TextDocument& document, const Options& options) {
  const std::optional<Dialect> written = detect_dialect(document);
  if (written) return *written;
  return options.dialect.value_or(Dialect::postgresql);
}

Verdict verdict_of(const Script& script, const Scope& scope, Reversibility reversibility) {
  for (const Fact& fact : script.facts)
    if (fact.verb == Verb::not_understood && scope.of(fact).executed) return Verdict::not_understood;
  if (reversibility == Reversibility::no) return Verdict::irreversible;
  return reversibility == Reversibility::with_capture ? Verdict::with_capture : Verdict::safe;
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::safe: return "safe";
    case Verdict::with_capture: return "with-capture";
    case Verdict::irreversible: return "irreversible";
    case Verdict::not_understood: return "not-understood";
  }
  return "not-understood";
}

Analysis analyse(const TextDocument& document, const Options& options, const Config& config) {
  Analysis analysis;
  analysis.dialect = dialect_of(document, options);
  const Script script = read_script(document, analysis.dialect, config);
  const Scope scope(script, options, config);
  rules::Reporter report(document, scope, read_suppressions(document, script));
  const std::span<const rules::Rule> rules = rules::all_rules();
  for (std::size_t i = 0; i < rules.size(); ++i) {
    report.begin(i);
    rules[i].check(scope, report);
  }
  analysis.findings = report.finish();
  analysis.statements = script.statements;
  analysis.reversibility = report.worst();
  analysis.outline = outline_of(scope, document);
  analysis.verdict = verdict_of(script, scope, analysis.reversibility);
  return analysis;
}

std::vector<RuleInfo> rule_catalogue() {
  std::vector<RuleInfo> catalogue;
  for (const rules::Rule& rule : rules::all_rules()) {
    RuleInfo info;
    info.id = rule.reported;
    info.title = rule.title;
    info.severity = rule.severity;
    info.page = rules::rule_page(rule.id);
    catalogue.push_back(info);
  }
  return catalogue;
}

}  // namespace backstay::sql
