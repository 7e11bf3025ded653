// Flags INSERT statements that insert again when the script runs again.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void insert_unguarded(const Scope& scope, Reporter& report) {
  each(scope, Verb::insert, [&](const Fact& fact) {
    if (fact.has(Flag::skeleton) || fact.has(Flag::row_guard) || fact.on_conflict != OnConflict::none) return;
    const FactScope& here = scope.of(fact);
    if (here.under_if || here.duplicate_handler || scope.data_exempt(fact)) return;
    report.add(fact, Reversibility::with_capture,
               "nothing checks whether the rows are already in " + named(fact) + "; a second run inserts or fails");
  });
}

}  // namespace backstay::sql::rules
