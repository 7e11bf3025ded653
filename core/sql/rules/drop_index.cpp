// Flags dropped indexes that this script does not create again.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void drop_index(const Scope& scope, Reporter& report) {
  each(scope, Verb::drop, [&](const Fact& fact) {
    if (fact.object != ObjectKind::index || scope.of(fact).recreated || scope.structure_exempt(fact)) return;
    report.add(fact, Reversibility::with_capture, "the index " + named(fact) + " is dropped and not created again");
  });
}

}  // namespace backstay::sql::rules
