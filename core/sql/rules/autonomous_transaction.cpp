// Flags PRAGMA AUTONOMOUS_TRANSACTION in a block that runs now.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void autonomous_transaction(const Scope& scope, Reporter& report) {
  each(scope, Verb::pragma, [&](const Fact& fact) {
    if (fact.detail != "autonomous_transaction" || scope.of(fact).in_body) return;
    report.add(fact, Reversibility::neutral, "what this routine writes is committed at once, whatever becomes of the installation");
  });
}

}  // namespace backstay::sql::rules
