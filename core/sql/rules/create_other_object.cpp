// Flags new schemas, extensions, domains, partition schemes and other objects that no package knows.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

namespace {

bool is_other(ObjectKind kind) {
  return kind == ObjectKind::schema || kind == ObjectKind::extension || kind == ObjectKind::domain ||
         kind == ObjectKind::tablespace || kind == ObjectKind::database || kind == ObjectKind::job_queue ||
         kind == ObjectKind::partition_scheme || kind == ObjectKind::other;
}

}  // namespace

void create_other_object(const Scope& scope, Reporter& report) {
  each(scope, Verb::create, [&](const Fact& fact) {
    if (!is_other(fact.object)) return;
    report.add(fact, Reversibility::yes,
               "the " + std::string(word(fact.object)) + " " + named(fact) + " is created; it stays behind after a rollback");
  });
}

}  // namespace backstay::sql::rules
