// Flags new indexes on business tables.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void create_index(const Scope& scope, Reporter& report) {
  each(scope, Verb::create, [&](const Fact& fact) {
    if (fact.object != ObjectKind::index || fact.has(Flag::unique) || scope.structure_exempt(fact)) return;
    std::string message = "an index is created";
    if (!fact.on->written.empty()) message += " on " + std::string(fact.on->written);
    report.add(fact, Reversibility::yes, message + "; its shape is known to this script only");
  });
}

}  // namespace backstay::sql::rules
