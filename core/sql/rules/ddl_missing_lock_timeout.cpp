// Notes the first postgresql DDL on an existing table that may wait for its lock without end, with all
// later readers waiting behind it.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void ddl_missing_lock_timeout(const Scope& scope, Reporter& report) {
  if (scope.dialect() != Dialect::postgresql) return;
  if (!scope.mentions({Verb::create, Verb::alter, Verb::drop, Verb::rename})) return;
  for (const Fact& fact : scope.script().facts) {
    if (!scope.of(fact).executed) continue;
    if (fact.verb == Verb::set && fact.detail == "lock_timeout" && !fact.has(Flag::resets)) return;
    const bool table_ddl = (fact.object == ObjectKind::table && defines(fact.verb) && fact.verb != Verb::create) ||
                           (fact.object == ObjectKind::index && defines(fact.verb));
    if (!table_ddl || scope.structure_exempt(fact)) continue;
    report.add(fact, Reversibility::neutral, "no lock_timeout is set; while this statement waits for its lock, all later readers wait behind it");
    return;
  }
}

}  // namespace backstay::sql::rules
