// Flags the first variable that only a command-line client would replace. Inside literals they count only
// when the script is plainly written for such a client.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void substitution_variable(const Scope& scope, Reporter& report) {
  if (!scope.mentions({Verb::substitution})) return;
  const bool client = scope.mentions({Verb::client_command});
  bool switched_off = false;
  for (const Fact& fact : scope.script().facts) {
    if (fact.verb != Verb::client_command) continue;
    switched_off = switched_off || glob_match("set def* off*", fact.detail) || glob_match("set scan off*", fact.detail);
  }
  for (const Fact& fact : scope.script().facts) {
    if (fact.verb != Verb::substitution) continue;
    if (fact.has(Flag::in_literal) && (!client || switched_off)) continue;
    report.add(fact, Reversibility::no, "the variable " + std::string(fact.detail) + " is not replaced by the installer, so the text that runs is unknown");
    return;
  }
}

}  // namespace backstay::sql::rules
