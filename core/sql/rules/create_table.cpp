// Flags tables that a script creates: the application and its backup do not know them.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void create_table(const Scope& scope, Reporter& report) {
  each(scope, Verb::create, [&](const Fact& fact) {
    if (fact.object != ObjectKind::table || scope.structure_exempt(fact)) return;
    report.add(fact, Reversibility::yes, "the table " + named(fact) + " is created by a script and not as an object of the package");
  });
}

}  // namespace backstay::sql::rules
