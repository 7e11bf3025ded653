// Flags a trigger or rule on a view that the same script creates. It disappears together with the view
// when the previous version drops the view, so this is only a warning.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void create_view_trigger(const Scope& scope, Reporter& report) {
  each(scope, Verb::create, [&](const Fact& fact) {
    if (fact.object != ObjectKind::trigger && fact.object != ObjectKind::rule) return;
    if (fact.on->name.empty() || !scope.creates_view(fact.on)) return;
    const Exemption target = scope.exemption(fact);
    if (target == Exemption::temporary || target == Exemption::scratch) return;
    report.add(fact, Reversibility::yes,
               "the " + std::string(word(fact.object)) + " " + named(fact) + " is created on the view " + std::string(fact.on->written) +
                   " of this script; it disappears only when the view is dropped");
  });
}

}  // namespace backstay::sql::rules
