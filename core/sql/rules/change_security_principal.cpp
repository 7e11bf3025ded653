// Flags users, roles, logins and profiles that are created, changed or dropped.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void change_security_principal(const Scope& scope, Reporter& report) {
  if (!scope.mentions({Verb::create, Verb::alter, Verb::drop, Verb::rename})) return;
  for (const Fact& fact : scope.script().facts) {
    if (!scope.of(fact).executed || !defines(fact.verb)) continue;
    const bool principal = fact.object == ObjectKind::user || fact.object == ObjectKind::role ||
                           fact.object == ObjectKind::login || fact.object == ObjectKind::profile;
    if (!principal) continue;
    if (fact.verb == Verb::drop && fact.object == ObjectKind::user && scope.dialect() == Dialect::oracle) continue;  // drop-schema-or-database
    report.add(fact, fact.verb == Verb::create ? Reversibility::yes : Reversibility::no,
               "the " + std::string(word(fact.object)) + " " + named(fact) + " is created, changed or dropped by a package");
  }
}

}  // namespace backstay::sql::rules
