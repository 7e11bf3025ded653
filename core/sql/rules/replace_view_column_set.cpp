// Notes CREATE OR REPLACE VIEW on postgresql: when this version adds columns, the previous version fails
// with "cannot drop columns from view".
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void replace_view_column_set(const Scope& scope, Reporter& report) {
  if (scope.dialect() != Dialect::postgresql) return;
  each(scope, Verb::create, [&](const Fact& fact) {
    if (fact.object != ObjectKind::view || !fact.has(Flag::or_replace) || scope.of(fact).dropped_before || scope.passing(fact)) return;
    report.add(fact, Reversibility::neutral,
               "if this version of " + named(fact) + " has more columns than the previous one, running the previous one again fails (42P16)");
  });
}

}  // namespace backstay::sql::rules
