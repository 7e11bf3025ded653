// Flags a new type for an existing column: values may be cut, and the previous version expects the old type.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void change_column_type(const Scope& scope, Reporter& report) {
  each(scope, Verb::alter, [&](const Fact& fact) {
    if (fact.object != ObjectKind::table || fact.action != Action::column_type || scope.structure_exempt(fact)) return;
    std::string message = "the type of the column " + std::string(fact.written_column) + " of " + named(fact) + " is changed";
    // The type is always stated again in this form, and leaving out NULL / NOT NULL is a choice as well.
    if (fact.has(Flag::null_not_stated))
      message += "; without NULL or NOT NULL the column also becomes nullable under the usual settings";
    report.add(fact, Reversibility::with_capture, message);
  });
}

}  // namespace backstay::sql::rules
