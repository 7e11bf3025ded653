// Flags unique indexes on business tables.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void create_unique_index(const Scope& scope, Reporter& report) {
  each(scope, Verb::create, [&](const Fact& fact) {
    if (fact.object != ObjectKind::index || !fact.has(Flag::unique) || scope.structure_exempt(fact)) return;
    std::string message = "a unique index is created";
    if (!fact.on->written.empty()) message += " on " + std::string(fact.on->written);
    report.add(fact, Reversibility::yes, message + "; it may reject rows that the previous version writes");
  });
}

}  // namespace backstay::sql::rules
