// Flags dropped and unused columns: their values are gone. At uninstallation too.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void drop_column(const Scope& scope, Reporter& report) {
  each(scope, Verb::alter, [&](const Fact& fact) {
    if (fact.object != ObjectKind::table || fact.action != Action::drop_column || scope.structure_exempt(fact)) return;
    report.add(fact, Reversibility::with_capture, "the column " + std::string(fact.written_column) + " of " + named(fact) + " is dropped with all its values");
  });
}

}  // namespace backstay::sql::rules
