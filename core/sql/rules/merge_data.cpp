// Flags MERGE and INSERT ... ON CONFLICT DO UPDATE: they insert and overwrite in one go.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void merge_data(const Scope& scope, Reporter& report) {
  if (!scope.mentions({Verb::merge, Verb::insert})) return;
  for (const Fact& fact : scope.script().facts) {
    const bool upsert = fact.verb == Verb::insert && fact.on_conflict == OnConflict::update;
    if ((fact.verb != Verb::merge && !upsert) || !scope.of(fact).executed || scope.data_exempt(fact)) continue;
    report.add(fact, Reversibility::with_capture,
               "rows of " + named(fact) + " are inserted or overwritten, depending on what is there");
  }
}

}  // namespace backstay::sql::rules
