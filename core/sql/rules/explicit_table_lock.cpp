// Flags LOCK TABLE.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void explicit_table_lock(const Scope& scope, Reporter& report) {
  each(scope, Verb::lock_table, [&](const Fact& fact) {
    if (scope.data_exempt(fact)) return;
    report.add(fact, Reversibility::neutral, "the table " + named(fact) + " is locked until the installation ends");
  });
}

}  // namespace backstay::sql::rules
