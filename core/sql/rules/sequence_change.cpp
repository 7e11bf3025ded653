// Flags sequences that are created, changed, dropped or set to another value.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void sequence_change(const Scope& scope, Reporter& report) {
  if (!scope.mentions({Verb::create, Verb::alter, Verb::drop, Verb::rename, Verb::truncate, Verb::sequence_value})) return;
  for (const Fact& fact : scope.script().facts) {
    const bool object = fact.object == ObjectKind::sequence && defines(fact.verb) && !fact.has(Flag::temporary);
    const bool restart = fact.verb == Verb::truncate && fact.has(Flag::restart_identity);
    if (!object && !restart && fact.verb != Verb::sequence_value) continue;
    if (!scope.of(fact).executed || scope.data_exempt(fact)) continue;
    report.add(fact, Reversibility::with_capture,
               object ? "the sequence " + named(fact) + " is created, changed or dropped"
                      : "the number range of " + named(fact, "a sequence") + " is set to another value");
  }
}

}  // namespace backstay::sql::rules
