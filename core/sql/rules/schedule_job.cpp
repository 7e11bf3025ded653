// Flags jobs of the database's own scheduler. What the job does later is not this script's doing.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void schedule_job(const Scope& scope, Reporter& report) {
  each(scope, Verb::schedule_job, [&](const Fact& fact) {
    report.add(fact, Reversibility::with_capture, std::string(fact.detail.empty() ? "this call" : fact.detail) + " changes jobs that go on running after a rollback");
  });
}

}  // namespace backstay::sql::rules
