// Notes inserted keys and times that come out differently each time: a reverse then needs the captured keys.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void nondeterministic_value(const Scope& scope, Reporter& report) {
  for (const Fact& fact : scope.script().facts) {
    if (!fact.has(Flag::random_key) || !scope.of(fact).executed || scope.data_exempt(fact)) continue;
    report.add(fact, Reversibility::neutral, "rows of " + named(fact) + " get values that differ from run to run");
  }
}

}  // namespace backstay::sql::rules
