// Flags the first statement of a BeforePackage script that defines a view, routine, package or trigger.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void entity_before_package(const Scope& scope, Reporter& report) {
  if (scope.options().install_type != InstallType::before_package) return;
  for (const Fact& fact : scope.script().facts) {
    const bool works = defines(fact.verb) && (is_entity(fact.object) || fact.object == ObjectKind::trigger ||
                                              fact.object == ObjectKind::rule);
    if (!works || !scope.of(fact).executed || fact.has(Flag::skeleton) || scope.passing(fact)) continue;
    report.add_at(fact.head, &fact, Reversibility::neutral,
                  "the " + std::string(word(fact.object)) + " " + named(fact) +
                      " is worked on before the package is installed, when its new tables and columns do not exist");
    return;
  }
}

}  // namespace backstay::sql::rules
