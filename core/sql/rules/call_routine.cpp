// Notes calls behind a look into the catalogue: they cannot fail for a missing routine, but what they do is unknown.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void call_routine(const Scope& scope, Reporter& report) {
  each(scope, Verb::call, [&](const Fact& fact) {
    if (fact.names.empty() || scope.of(fact).known_routine || !scope.of(fact).routine_guard) return;
    if (is_builtin_routine(scope, fact)) return;
    report.add(fact, Reversibility::no, "the routine " + named(fact) + " is called; its effects are unknown and cannot be taken back");
  });
}

}  // namespace backstay::sql::rules
