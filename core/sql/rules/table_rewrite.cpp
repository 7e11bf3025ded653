// Notes changes that write the whole table again.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void table_rewrite(const Scope& scope, Reporter& report) {
  each(scope, Verb::alter, [&](const Fact& fact) {
    if (!fact.has(Flag::rewrites_table) || scope.structure_exempt(fact)) return;
    report.add(fact, Reversibility::neutral, "the whole table " + named(fact) + " is written again under lock");
  });
}

}  // namespace backstay::sql::rules
