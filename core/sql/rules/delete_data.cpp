// Flags DELETE from business tables. At uninstallation too.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void delete_data(const Scope& scope, Reporter& report) {
  each(scope, Verb::remove, [&](const Fact& fact) {
    if (scope.data_exempt(fact)) return;
    report.add(fact, Reversibility::with_capture,
               "rows of " + named(fact) + " are deleted, and with them whatever refers to them by a cascading key");
  });
}

}  // namespace backstay::sql::rules
