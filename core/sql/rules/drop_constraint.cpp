// Flags removed constraints, also when they are added again.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void drop_constraint(const Scope& scope, Reporter& report) {
  each(scope, Verb::alter, [&](const Fact& fact) {
    if (fact.object != ObjectKind::table || fact.action != Action::drop_constraint || scope.structure_exempt(fact)) return;
    report.add(fact, Reversibility::with_capture, "a constraint of " + named(fact) + " is dropped; rows that break it may arrive meanwhile");
  });
}

}  // namespace backstay::sql::rules
