// Notes statistics, rebuilds and refreshes: harmless to a rollback, but they take their time.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void maintenance_statement(const Scope& scope, Reporter& report) {
  each(scope, Verb::maintenance, [&](const Fact& fact) {
    report.add(fact, Reversibility::neutral, "maintenance of " + named(fact, "the database") + " runs during the installation");
  });
}

}  // namespace backstay::sql::rules
