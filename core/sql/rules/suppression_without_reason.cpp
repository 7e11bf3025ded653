// Notes allow comments that do not say why.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void suppression_without_reason(const Scope&, Reporter& report) {
  for (const Suppression& suppression : report.suppressions())
    if (suppression.valid() && !suppression.has_reason)
      report.add_at(suppression.comment, nullptr, Reversibility::neutral, "this comment allows something without saying why");
}

}  // namespace backstay::sql::rules
