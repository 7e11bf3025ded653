// Flags CASCADE on DROP and TRUNCATE, also when the object itself is recreated: what else goes with it
// depends on the database and not on the script.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

namespace {

bool is_container(ObjectKind kind) {
  return kind == ObjectKind::schema || kind == ObjectKind::database || kind == ObjectKind::tablespace ||
         kind == ObjectKind::extension || kind == ObjectKind::owned_by || kind == ObjectKind::user;
}

}  // namespace

void drop_cascade(const Scope& scope, Reporter& report) {
  if (!scope.mentions({Verb::drop, Verb::truncate, Verb::alter})) return;
  for (const Fact& fact : scope.script().facts) {
    if (!scope.of(fact).executed || !fact.has(Flag::cascade) || fact.has(Flag::skeleton)) continue;
    const bool drops = fact.verb == Verb::drop || fact.verb == Verb::truncate ||
                       (fact.verb == Verb::alter && (fact.action == Action::drop_column ||
                                                     fact.action == Action::drop_constraint));
    if (!drops || is_container(fact.object)) continue;  // drop-schema-or-database
    const bool exempt = fact.verb == Verb::alter      ? scope.structure_exempt(fact)
                        : fact.verb == Verb::truncate ? scope.data_exempt(fact)
                        : fact.object == ObjectKind::table ? scope.data_exempt(fact)
                                                           : scope.passing(fact);
    if (exempt) continue;
    report.add(fact, Reversibility::with_capture,
               "CASCADE also removes whatever depends on " + named(fact) + "; the script does not say what that is");
  }
}

}  // namespace backstay::sql::rules
