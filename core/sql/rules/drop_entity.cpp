// Flags DROP of a view, routine, trigger, type or synonym that this script does not create again.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

namespace {

bool is_dropped_entity(ObjectKind kind) {
  return is_entity(kind) || kind == ObjectKind::trigger || kind == ObjectKind::rule || kind == ObjectKind::type ||
         kind == ObjectKind::domain || kind == ObjectKind::synonym;
}

}  // namespace

void drop_entity(const Scope& scope, Reporter& report) {
  if (scope.uninstalling()) return;
  each(scope, Verb::drop, [&](const Fact& fact) {
    if (!is_dropped_entity(fact.object) || scope.of(fact).recreated || scope.passing(fact)) return;
    report.add(fact, Reversibility::with_capture,
               "the " + std::string(word(fact.object)) + " " + named(fact) +
                   " is dropped and not created again; the previous version may still need it");
  });
}

}  // namespace backstay::sql::rules
