// Flags COMMIT and ROLLBACK of a transaction that is not the script's own. On postgresql and Oracle that
// is any of them: even after a BEGIN of its own a COMMIT ends the installer's transaction and keeps its rows.
#include "core/sql/rules/rules.hpp"

#include <unordered_set>

namespace backstay::sql::rules {

namespace {

bool in_handler(const Scope& scope, const Fact& fact) {
  for (const Fact* outer = scope.parent(fact); outer; outer = scope.parent(*outer))
    if (outer->verb == Verb::handler) return true;
  return false;
}

}  // namespace

void commit_in_script(const Scope& scope, Reporter& report) {
  if (!scope.mentions({Verb::commit, Verb::rollback})) return;
  const bool counts = scope.dialect() == Dialect::mssql;
  std::unordered_set<std::string_view> savepoints;
  std::size_t open = 0;
  bool began = false;
  for (const Fact& fact : scope.script().facts) {
    if (!scope.of(fact).executed || fact.has(Flag::skeleton)) continue;
    if (fact.verb == Verb::savepoint) savepoints.insert(fact.detail);
    if (fact.verb == Verb::begin_transaction) {
      began = true;
      ++open;
    }
    if (fact.verb != Verb::commit && fact.verb != Verb::rollback) continue;
    if (counts) {
      if (fact.verb == Verb::rollback && !fact.detail.empty() && savepoints.count(fact.detail)) continue;
      // Only one of several branches runs, so a branch neither uses up a BEGIN nor lacks one.
      const bool on_every_path = !scope.of(fact).under_if && fact.context != Context::handler && !in_handler(scope, fact);
      const bool own = fact.verb == Verb::rollback || !on_every_path ? began : open > 0;
      if (on_every_path) open = fact.verb == Verb::commit && open > 0 ? open - 1 : 0;
      if (own) continue;
    }
    report.add(fact, Reversibility::neutral,
               fact.verb == Verb::commit ? "COMMIT ends the installer's transaction; what ran before it stays even when the installation fails"
                                         : "ROLLBACK ends the installer's transaction and throws away what ran before it");
  }
}

}  // namespace backstay::sql::rules
