// Flags TRUNCATE, also of single partitions: it is not logged row by row and takes the strongest lock.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void truncate_data(const Scope& scope, Reporter& report) {
  each(scope, Verb::truncate, [&](const Fact& fact) {
    if (scope.data_exempt(fact)) return;
    report.add(fact, Reversibility::with_capture, "all rows of " + named(fact) + " are removed without being logged one by one");
  });
}

}  // namespace backstay::sql::rules
