// Notes index builds that keep writers waiting.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void index_blocks_writes(const Scope& scope, Reporter& report) {
  each(scope, Verb::create, [&](const Fact& fact) {
    if (fact.object != ObjectKind::index || fact.has(Flag::online) || scope.structure_exempt(fact)) return;
    report.add(fact, Reversibility::neutral, "writers wait while this index is built");
  });
}

}  // namespace backstay::sql::rules
