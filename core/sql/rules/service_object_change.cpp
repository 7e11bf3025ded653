// Notes changes of configured service tables, which the rollback contract leaves out.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void service_object_change(const Scope& scope, Reporter& report) {
  if (scope.config().service_tables.empty()) return;
  for (const Fact& fact : scope.script().facts) {
    if (!scope.of(fact).executed || (!writes_rows(fact.verb) && !defines(fact.verb))) continue;
    if (scope.exemption(fact) != Exemption::service) continue;
    report.add(fact, Reversibility::neutral, named(fact) + " is a service object; this change is permanent by design");
  }
}

}  // namespace backstay::sql::rules
