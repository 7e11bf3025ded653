// Flags triggers and constraints that the script switches off and does not switch on again.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void disable_trigger_or_constraint(const Scope& scope, Reporter& report) {
  each(scope, Verb::disable, [&](const Fact& fact) {
    if (scope.of(fact).enabled_later || scope.structure_exempt(fact)) return;
    std::string what(fact.object == ObjectKind::constraint ? "constraints" : "triggers");
    if (!fact.names.empty()) what += " of " + named(fact);
    report.add(fact, Reversibility::yes,
               what + " are switched off and not switched on again in this script; they stay off when the installation stops here");
  });
  const Fact* off = nullptr;
  for (const Fact* setting : scope.executed(Verb::set)) {
    const Fact& fact = *setting;
    if (fact.has(Flag::resets) && fact.detail == "all") off = nullptr;
    if (fact.detail != "session_replication_role") continue;
    if (fact.value == "replica" && !fact.has(Flag::resets)) {
      if (!off) off = &fact;
    } else {
      off = nullptr;
    }
  }
  if (off)
    report.add(*off, Reversibility::yes, "triggers and foreign keys are switched off for this session and not switched on again");
}

}  // namespace backstay::sql::rules
