// Flags INSERT into business tables: a rollback of the package does not remove the rows.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void insert_data(const Scope& scope, Reporter& report) {
  each(scope, Verb::insert, [&](const Fact& fact) {
    if (fact.on_conflict == OnConflict::update || scope.data_exempt(fact)) return;  // merge-data
    report.add(fact, Reversibility::with_capture, "rows are inserted into " + named(fact) + "; a rollback leaves them there");
  });
}

}  // namespace backstay::sql::rules
