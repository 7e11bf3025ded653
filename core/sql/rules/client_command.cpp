// Flags the first line that only psql, SQL*Plus or sqlcmd understands.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void client_command(const Scope& scope, Reporter& report) {
  if (scope.config().client_commands_allowed || !scope.mentions({Verb::client_command})) return;
  for (const Fact& fact : scope.script().facts) {
    if (fact.verb != Verb::client_command) continue;
    report.add(fact, Reversibility::neutral,
               "this line is for a command-line client; the installer sends it to the server, which refuses it");
    return;
  }
}

}  // namespace backstay::sql::rules
