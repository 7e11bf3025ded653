// Flags ALTER of views, routines, triggers, packages and types: the old definition is gone, and running
// the previous version of the script does not bring it back.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

namespace {

bool is_altered_entity(ObjectKind kind) {
  return is_entity(kind) || kind == ObjectKind::trigger || kind == ObjectKind::rule || kind == ObjectKind::type ||
         kind == ObjectKind::domain || kind == ObjectKind::synonym;
}

}  // namespace

void alter_entity(const Scope& scope, Reporter& report) {
  each(scope, Verb::alter, [&](const Fact& fact) {
    if (!is_altered_entity(fact.object) || scope.passing(fact)) return;
    if (fact.action == Action::add_enum_value) {
      report.add(fact, Reversibility::no,
                 "a value is added to or renamed in the enum type " + named(fact) + "; such values cannot be removed again");
      return;
    }
    report.add(fact, Reversibility::with_capture,
               "the definition of the " + std::string(word(fact.object)) + " " + named(fact) +
                   " is changed in place; the previous version of this script does not restore it");
  });
}

}  // namespace backstay::sql::rules
