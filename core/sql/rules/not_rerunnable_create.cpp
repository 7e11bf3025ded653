// Flags a plain CREATE that fails when the object is there already. A rollback runs the previous version
// of a script again, so a script that cannot run twice breaks the rollback itself.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

namespace {

bool must_run_twice(ObjectKind kind) {
  return is_entity(kind) || kind == ObjectKind::type || kind == ObjectKind::synonym;
}

}  // namespace

void not_rerunnable_create(const Scope& scope, Reporter& report) {
  each(scope, Verb::create, [&](const Fact& fact) {
    if (fact.has(Flag::skeleton) || fact.has(Flag::or_replace) || fact.has(Flag::if_exists)) return;
    const bool service_table = fact.object == ObjectKind::table && scope.exemption(fact) == Exemption::service;
    if (!service_table && !must_run_twice(fact.object)) return;
    const FactScope& here = scope.of(fact);
    if (here.under_if || here.dropped_before || here.tolerates_existing || scope.passing(fact)) return;
    report.add(fact, Reversibility::yes,
               "a second run of this script fails here, because the " + std::string(word(fact.object)) + " " + named(fact) +
                   " then exists already");
  });
}

}  // namespace backstay::sql::rules
