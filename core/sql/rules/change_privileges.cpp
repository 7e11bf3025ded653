// Flags GRANT, REVOKE, DENY and changes of owner, unless everything they name is made by this script: its
// grants went with the DROP.
#include "core/sql/rules/rules.hpp"

#include <algorithm>

namespace backstay::sql::rules {

void change_privileges(const Scope& scope, Reporter& report) {
  if (!scope.mentions({Verb::grant, Verb::revoke, Verb::change_owner})) return;
  for (const Fact& fact : scope.script().facts) {
    if (!scope.of(fact).executed) continue;
    if (fact.verb != Verb::grant && fact.verb != Verb::revoke && fact.verb != Verb::change_owner) continue;
    const bool ours = !fact.names.empty() && std::all_of(fact.names.begin(), fact.names.end(), [&](const Name& name) {
      return scope.creates(name);
    });
    if (ours || scope.structure_exempt(fact)) continue;
    report.add(fact, Reversibility::with_capture, "privileges or the owner of " + named(fact, "roles or the whole system") + " are changed");
  }
}

}  // namespace backstay::sql::rules
