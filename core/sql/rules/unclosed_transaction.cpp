// Flags a transaction that the script begins and never ends.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void unclosed_transaction(const Scope& scope, Reporter& report) {
  if (!scope.mentions({Verb::begin_transaction})) return;
  // Backwards, so that each BEGIN takes one end that stands behind it. T-SQL counts nested begins, and one
  // ROLLBACK ends them all; elsewhere any end will do.
  const std::vector<Fact>& facts = scope.script().facts;
  std::size_t commits = 0;
  bool rolled_back = false;
  std::vector<const Fact*> unclosed;
  for (std::size_t i = facts.size(); i-- > 0;) {
    const Fact& fact = facts[i];
    if (!scope.of(fact).executed || fact.has(Flag::skeleton)) continue;
    if (fact.verb == Verb::commit) ++commits;
    if (fact.verb == Verb::rollback) rolled_back = true;
    if (fact.verb != Verb::begin_transaction) continue;
    if (rolled_back || commits > 0) {
      if (scope.dialect() == Dialect::mssql && !rolled_back && !scope.of(fact).under_if) --commits;
      continue;
    }
    unclosed.push_back(&fact);
  }
  for (auto fact = unclosed.rbegin(); fact != unclosed.rend(); ++fact)
    report.add(**fact, Reversibility::neutral, "the transaction that begins here is never committed or rolled back");
}

}  // namespace backstay::sql::rules
