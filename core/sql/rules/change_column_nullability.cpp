// Flags a column that becomes required or optional: the previous version writes by the old rule.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void change_column_nullability(const Scope& scope, Reporter& report) {
  each(scope, Verb::alter, [&](const Fact& fact) {
    if (fact.object != ObjectKind::table || fact.action != Action::column_nullability || scope.structure_exempt(fact)) return;
    report.add(fact, Reversibility::with_capture, "whether the column " + std::string(fact.written_column) + " of " + named(fact) + " may be empty is changed");
  });
}

}  // namespace backstay::sql::rules
