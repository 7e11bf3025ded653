// Notes comments and extended properties that a script writes.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void metadata_comment(const Scope& scope, Reporter& report) {
  each(scope, Verb::comment, [&](const Fact& fact) {
    report.add(fact, Reversibility::neutral, "the stored description of " + named(fact, "an object") + " is changed");
  });
}

}  // namespace backstay::sql::rules
