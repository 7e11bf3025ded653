// Flags DELETE without a filter, or with one that is always true.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void delete_without_where(const Scope& scope, Reporter& report) {
  each(scope, Verb::remove, [&](const Fact& fact) {
    if (fact.has(Flag::skeleton) || fact.has(Flag::join_in_from) || fact.has(Flag::filtered_target)) return;
    if (fact.where != Where::absent && fact.where != Where::constant_true) return;
    if (scope.data_exempt(fact)) return;
    report.add(fact, Reversibility::with_capture, "the DELETE from " + named(fact) + " has no filter: every row is deleted");
  });
}

}  // namespace backstay::sql::rules
