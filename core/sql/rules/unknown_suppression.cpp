// Flags allow comments that name no rule or one that does not exist. They suppress nothing.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void unknown_suppression(const Scope&, Reporter& report) {
  for (const Suppression& suppression : report.suppressions()) {
    if (suppression.valid()) continue;
    report.add_at(suppression.comment, nullptr, Reversibility::neutral,
                  suppression.unknown.empty() || suppression.unknown[0].empty()
                      ? std::string("this comment allows nothing, because it names no rule")
                      : "this comment allows nothing, because there is no rule \"" + std::string(suppression.unknown[0]) + "\"");
  }
}

}  // namespace backstay::sql::rules
