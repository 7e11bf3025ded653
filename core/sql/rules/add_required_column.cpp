// Flags a new column that may not be empty: after a rollback nothing fills it any more.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void add_required_column(const Scope& scope, Reporter& report) {
  each(scope, Verb::alter, [&](const Fact& fact) {
    if (fact.object != ObjectKind::table || fact.action != Action::add_column || !fact.has(Flag::not_null) || scope.structure_exempt(fact)) return;
    report.add(fact, Reversibility::yes, "the required column " + std::string(fact.written_column) + " is added to " + named(fact) +
                                      "; after a rollback the previous version does not fill it");
  });
}

}  // namespace backstay::sql::rules
