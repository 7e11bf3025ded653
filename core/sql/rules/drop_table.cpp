// Flags DROP TABLE, also when the table is created again: its rows are gone.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void drop_table(const Scope& scope, Reporter& report) {
  if (scope.uninstalling()) return;
  each(scope, Verb::drop, [&](const Fact& fact) {
    if (fact.object != ObjectKind::table || scope.data_exempt(fact)) return;
    report.add(fact, Reversibility::with_capture, "the table " + named(fact) + " is dropped together with all its rows");
  });
}

}  // namespace backstay::sql::rules
