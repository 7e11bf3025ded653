// Flags changes in a database other than the one the script runs in.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

namespace {

// The first name with a database part. tempdb holds nothing that lasts.
const Name* elsewhere(const Fact& fact) {
  for (const Name& name : fact.names)
    if (!name.database.empty() && name.database != "tempdb") return &name;
  // What a synonym stands for is not written to.
  if (fact.object != ObjectKind::synonym && !fact.on->database.empty() && fact.on->database != "tempdb") return &*fact.on;
  return nullptr;
}

}  // namespace

void cross_database_write(const Scope& scope, Reporter& report) {
  if (scope.dialect() != Dialect::mssql) return;
  for (const Fact& fact : scope.script().facts) {
    if (!scope.of(fact).executed) continue;
    if (!writes_rows(fact.verb) && !defines(fact.verb) && fact.verb != Verb::enable && fact.verb != Verb::disable) continue;
    const Name* outside = elsewhere(fact);
    if (!outside) continue;
    report.add(fact, Reversibility::no,
               std::string(outside->written) + " lies in another database, which no backup of this package covers");
  }
}

}  // namespace backstay::sql::rules
