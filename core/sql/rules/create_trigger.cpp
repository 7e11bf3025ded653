// Flags every trigger, and every postgresql rule, that is not on a view of this script: it stays behind
// after a rollback and goes on working on fields that are gone.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void create_trigger(const Scope& scope, Reporter& report) {
  each(scope, Verb::create, [&](const Fact& fact) {
    if (fact.object != ObjectKind::trigger && fact.object != ObjectKind::rule) return;
    const Exemption target = scope.exemption(fact);
    if (target == Exemption::temporary || target == Exemption::scratch || target == Exemption::service) return;
    if (!fact.on->name.empty() && scope.creates_view(fact.on)) return;  // create-view-trigger
    std::string message = "the " + std::string(word(fact.object)) + " " + named(fact) + " is created";
    if (!fact.on->written.empty()) message += " on " + std::string(fact.on->written);
    report.add(fact, Reversibility::yes, message + "; it stays and keeps firing after a rollback");
  });
}

}  // namespace backstay::sql::rules
