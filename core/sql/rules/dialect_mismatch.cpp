// Flags a script whose text plainly belongs to another server than the declared one. analyse() has
// read it in the dialect it is written in.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void dialect_mismatch(const Scope& scope, Reporter& report) {
  const std::optional<Dialect>& declared = scope.options().dialect;
  if (!declared || *declared == scope.dialect()) return;
  report.add_at({0, 0}, nullptr, Reversibility::no,
                "the script is declared for " + std::string(to_string(*declared)) + " but written for " + std::string(to_string(scope.dialect())));
}

}  // namespace backstay::sql::rules
