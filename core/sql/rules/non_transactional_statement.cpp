// Flags statements that the server refuses inside a transaction, such as CREATE INDEX CONCURRENTLY.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void non_transactional_statement(const Scope& scope, Reporter& report) {
  for (const Fact& fact : scope.script().facts) {
    if (!fact.has(Flag::no_transaction) || !scope.of(fact).executed || fact.has(Flag::skeleton)) continue;
    report.add_at(fact.head, &fact, Reversibility::neutral, "the server refuses this statement inside a transaction, and the installer runs one");
  }
}

}  // namespace backstay::sql::rules
