// Flags the first statement that touches a second entity. See units.hpp for what counts as one.
#include "core/sql/rules/rules.hpp"
#include "core/sql/rules/units.hpp"

namespace backstay::sql::rules {

void multi_entity_script(const Scope& scope, Reporter& report) {
  if (scope.uninstalling()) return;
  Units units(scope);
  std::string first;
  for (const Fact& fact : scope.script().facts) {
    for (const std::string& unit : units.of(fact)) {
      if (first.empty()) first = unit;
      if (unit == first) continue;
      report.add_at(fact.head, &fact, Reversibility::neutral,
                    "the script works on " + named(fact) + " besides another entity; one of them cannot be rolled back without the other");
      return;
    }
  }
}

}  // namespace backstay::sql::rules
