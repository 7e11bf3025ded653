// Notes allow comments whose rules found nothing. Runs after the rules whose findings could be allowed.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void unused_suppression(const Scope&, Reporter& report) {
  for (const Suppression& suppression : report.suppressions())
    if (suppression.valid() && !suppression.used)
      report.add_at(suppression.comment, nullptr, Reversibility::neutral, "this comment allows a rule that finds nothing here");
}

}  // namespace backstay::sql::rules
