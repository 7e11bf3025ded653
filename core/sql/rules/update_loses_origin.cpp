// Flags UPDATE statements that assign a column they also filter by: afterwards the changed rows look like
// all the others. The textbook case is SET IsActive = true WHERE IsActive = false.
#include "core/sql/rules/rules.hpp"

#include <algorithm>

namespace backstay::sql::rules {

void update_loses_origin(const Scope& scope, Reporter& report) {
  each(scope, Verb::update, [&](const Fact& fact) {
    if (fact.has(Flag::skeleton) || fact.has(Flag::pins_id) || scope.data_exempt(fact)) return;
    for (const Column& assigned : fact.set_columns) {
      const auto filter = std::find_if(fact.where_columns.begin(), fact.where_columns.end(),
                                       [&](const Column& column) { return column.name == assigned.name; });
      if (filter == fact.where_columns.end()) continue;
      report.add(fact, Reversibility::with_capture,
                 "this UPDATE assigns the column " + std::string(assigned.name) + " that it filters by; afterwards nobody can tell which rows of " +
                     named(fact) + " it changed");
      return;
    }
  });
}

}  // namespace backstay::sql::rules
