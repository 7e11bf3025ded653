// Flags COPY ... FROM and BULK INSERT into business tables.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void bulk_load(const Scope& scope, Reporter& report) {
  each(scope, Verb::bulk_load, [&](const Fact& fact) {
    if (scope.data_exempt(fact)) return;
    report.add(fact, Reversibility::with_capture, "rows are loaded into " + named(fact) + " from outside the package");
  });
}

}  // namespace backstay::sql::rules
