// Flags handlers that catch every error and raise none.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void swallowed_error(const Scope& scope, Reporter& report) {
  each(scope, Verb::handler, [&](const Fact& fact) {
    if (!fact.has(Flag::catches_all) || fact.has(Flag::reraises)) return;
    report.add(fact, Reversibility::neutral, "every error is caught here and none is raised again, so the installation looks successful");
  });
}

}  // namespace backstay::sql::rules
