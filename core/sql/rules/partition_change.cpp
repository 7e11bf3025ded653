// Flags attaching, detaching, switching, exchanging, splitting and merging partitions.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void partition_change(const Scope& scope, Reporter& report) {
  each(scope, Verb::alter, [&](const Fact& fact) {
    const bool scheme = fact.object == ObjectKind::partition_scheme;
    const bool moves = (fact.object == ObjectKind::table || fact.object == ObjectKind::index) && fact.action == Action::partition;
    if ((!scheme && !moves) || (moves && scope.structure_exempt(fact))) return;
    report.add(fact, Reversibility::with_capture,
               scheme ? "the partitioning " + named(fact) + " is changed; rows move without a trace"
                      : "partitions of " + named(fact) + " are moved; rows change their place without a trace");
  });
}

}  // namespace backstay::sql::rules
