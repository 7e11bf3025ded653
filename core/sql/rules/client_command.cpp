// Flags the first line that only psql, SQL*Plus or sqlcmd understands. An EXIT behind the last statement, with
// which many Oracle scripts end, changes nothing and is only noted.
#include "core/sql/rules/client_lines.hpp"
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void client_command(const Scope& scope, Reporter& report) {
  if (scope.config().client_commands_allowed) return;
  for (const Fact& fact : scope.script().facts) {
    if (fact.verb != Verb::client_command) continue;
    if (!written_for_a_client(scope))
      report.add_as(Severity::info, fact.anchor, Reversibility::neutral, "EXIT is for SQL*Plus; behind the last statement it changes nothing");
    else
      report.add(fact, Reversibility::neutral,
                 "this line is for a command-line client; the installer sends it to the server, which refuses it");
    return;
  }
}

}  // namespace backstay::sql::rules
