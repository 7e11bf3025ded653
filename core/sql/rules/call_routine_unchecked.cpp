// Flags calls of routines that this script neither creates nor looks for first.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void call_routine_unchecked(const Scope& scope, Reporter& report) {
  each(scope, Verb::call, [&](const Fact& fact) {
    // 'EXEC ' || x calls something, whatever it is; 'SELECT ' || x does not.
    if (fact.names.empty() && !(fact.has(Flag::skeleton) && fact.call_form == CallForm::statement)) return;
    if (scope.of(fact).known_routine || scope.of(fact).routine_guard) return;
    if (is_builtin_routine(scope, fact)) return;
    report.add(fact, Reversibility::no,
               "the routine " + named(fact) + " is called without a check that it exists, and its effects are unknown");
  });
}

}  // namespace backstay::sql::rules
