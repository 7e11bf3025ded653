// Compares the descriptor's promise with the findings of all other rules, so it runs last.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void backward_flag_mismatch(const Scope& scope, Reporter& report) {
  if (!scope.options().has_descriptor) return;
  const bool promised = scope.options().backward_compatible.value_or(false);
  if (promised && report.open_findings(Severity::error) > 0)
    report.add_at({0, 0}, nullptr, Reversibility::neutral, "the descriptor says that this script is backward compatible, but it is not");
  if (!promised && report.open_findings(Severity::warning) == 0)
    report.add_as(Severity::info, {0, 0}, Reversibility::neutral,
                  "the script looks backward compatible, but its descriptor does not say so; a restore would be suspended");
}

}  // namespace backstay::sql::rules
