// Flags whatever reaches files, programs, other servers and linked databases.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void external_access(const Scope& scope, Reporter& report) {
  each(scope, Verb::external, [&](const Fact& fact) {
    report.add(fact, Reversibility::no, std::string(fact.detail) + " reaches outside this database; nothing can take that back");
  });
}

}  // namespace backstay::sql::rules
