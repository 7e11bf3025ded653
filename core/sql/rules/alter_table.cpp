// Flags every change of a table that has no rule of its own.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

namespace {

bool is_general(const Fact& fact) {
  switch (fact.action) {
    case Action::none:
    case Action::define:
    case Action::column_default: return true;
    case Action::add_column: return !fact.has(Flag::not_null);
    default: return false;
  }
}

}  // namespace

void alter_table(const Scope& scope, Reporter& report) {
  if (!scope.mentions({Verb::create, Verb::alter, Verb::drop, Verb::rename})) return;
  for (const Fact& fact : scope.script().facts) {
    if (!scope.of(fact).executed) continue;
    const bool policy = fact.object == ObjectKind::policy && defines(fact.verb);
    const bool edit = fact.verb == Verb::alter && fact.object == ObjectKind::table && is_general(fact);
    if ((!policy && !edit) || scope.structure_exempt(fact)) continue;
    const bool adds = fact.action == Action::add_column;
    std::string message = policy ? "row security of " + std::string(fact.on->written) + " is changed by a script"
                                 : "the table " + named(fact) + " is changed by a script";
    if (adds) message = "the column " + std::string(fact.written_column) + " is added to " + named(fact) + " by a script";
    report.add(fact, adds ? Reversibility::yes : Reversibility::with_capture, message);
  }
}

}  // namespace backstay::sql::rules
