// Flags the first statement that touches a second entity. See units.hpp for what counts as one.
#include "core/sql/rules/rules.hpp"
#include "core/sql/rules/units.hpp"

#include <algorithm>

namespace backstay::sql::rules {

namespace {

// What the script's definitions name, as a first look: most scripts have one.
std::size_t defined_names(const Scope& scope) {
  std::size_t count = 0;
  for (const Verb verb : {Verb::create, Verb::alter, Verb::drop, Verb::rename})
    for (const Fact* fact : scope.executed(verb)) count += std::max<std::size_t>(1, fact->names.size());
  return count;
}

}  // namespace

void multi_entity_script(const Scope& scope, Reporter& report) {
  if (scope.uninstalling() || defined_names(scope) < 2) return;
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
