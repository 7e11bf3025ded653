// Notes new constraints that scan the table under lock.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void constraint_full_scan(const Scope& scope, Reporter& report) {
  each(scope, Verb::alter, [&](const Fact& fact) {
    if (fact.action != Action::add_constraint || fact.has(Flag::not_valid) || scope.structure_exempt(fact)) return;
    report.add(fact, Reversibility::neutral, "the whole table " + named(fact) + " is checked under lock");
  });
}

}  // namespace backstay::sql::rules
