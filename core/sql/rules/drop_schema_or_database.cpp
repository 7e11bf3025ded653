// Flags DROP of schemas, databases, tablespaces and extensions, DROP OWNED, and of Oracle users, who are schemas.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void drop_schema_or_database(const Scope& scope, Reporter& report) {
  each(scope, Verb::drop, [&](const Fact& fact) {
    const bool container = fact.object == ObjectKind::schema || fact.object == ObjectKind::database ||
                           fact.object == ObjectKind::tablespace || fact.object == ObjectKind::extension ||
                           fact.object == ObjectKind::owned_by ||
                           (fact.object == ObjectKind::user && scope.dialect() == Dialect::oracle);
    if (!container) return;
    report.add(fact, Reversibility::no,
               "the " + std::string(word(fact.object)) + " " + named(fact) + " is dropped with everything inside");
  });
}

}  // namespace backstay::sql::rules
