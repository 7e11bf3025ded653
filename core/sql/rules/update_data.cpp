// Flags UPDATE of business tables: the values it replaces cannot be worked out from the values it leaves.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void update_data(const Scope& scope, Reporter& report) {
  each(scope, Verb::update, [&](const Fact& fact) {
    if (scope.data_exempt(fact)) return;
    std::string message = "old values of " + named(fact) + " are lost when this UPDATE runs";
    // What the platform restores from is kept there, so this one deserves its own sentence.
    if (!fact.names.empty() && glob_match("SysPackage", fact.names[0].name))
      message = "this UPDATE of " + named(fact) + " changes what the package backup itself restores, such as locks and maintainer";
    report.add(fact, Reversibility::with_capture, message);
  });
}

}  // namespace backstay::sql::rules
