// Flags executed text that is put together from data: nobody can tell beforehand what it does.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void dynamic_sql_opaque(const Scope& scope, Reporter& report) {
  each(scope, Verb::dynamic, [&](const Fact& fact) {
    if (fact.has(Flag::known_text)) return;
    report.add(fact, Reversibility::no, "this runs a statement whose text is known only at run time");
  });
}

}  // namespace backstay::sql::rules
