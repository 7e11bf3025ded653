// Notes CREATE OR REPLACE of a routine on postgresql: another return type fails, another argument list leaves
// the old overload in place.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void replace_routine_signature(const Scope& scope, Reporter& report) {
  if (scope.dialect() != Dialect::postgresql) return;
  each(scope, Verb::create, [&](const Fact& fact) {
    if (!is_routine(fact.object) || !fact.has(Flag::or_replace) || scope.of(fact).dropped_before || scope.passing(fact)) return;
    report.add(fact, Reversibility::neutral,
               "if the arguments of " + named(fact) + " changed, the previous overload stays; if its result changed, one of the versions fails (42P13)");
  });
}

}  // namespace backstay::sql::rules
