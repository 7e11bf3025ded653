// Flags new keys, checks and named defaults on business tables.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void add_constraint(const Scope& scope, Reporter& report) {
  each(scope, Verb::alter, [&](const Fact& fact) {
    if (fact.object != ObjectKind::table || fact.action != Action::add_constraint || scope.structure_exempt(fact)) return;
    const bool has_name = fact.has(Flag::named) || !fact.members.empty();
    report.add(fact, has_name ? Reversibility::yes : Reversibility::with_capture,
               "a constraint is added to " + named(fact) + "; the previous version may write rows that it rejects");
  });
}

}  // namespace backstay::sql::rules
