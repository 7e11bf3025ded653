// Flags settings that later scripts of the same session run into.
#include "core/sql/rules/rules.hpp"

#include <unordered_set>

namespace backstay::sql::rules {

namespace {

bool lasts(std::string_view setting) {
  return setting == "search_path" || setting == "role" || setting == "session_authorization" ||
         setting == "current_schema" || setting == "database" || setting == "execute_as" ||
         setting == "identity_insert";
}

std::string subject(const Scope& scope, const Fact& fact) {
  std::string text(fact.detail);
  if (!fact.names.empty()) text += " " + scope.key(fact.names[0]);
  return text;
}

}  // namespace

void session_state_leak(const Scope& scope, Reporter& report) {
  if (!scope.mentions({Verb::set})) return;
  const std::vector<Fact>& facts = scope.script().facts;
  // Backwards: what is set back later is no leak.
  std::unordered_set<std::string> set_back;
  std::vector<const Fact*> leaks;
  for (std::size_t i = facts.size(); i-- > 0;) {
    const Fact& fact = facts[i];
    if (fact.verb != Verb::set || !scope.of(fact).executed) continue;
    const std::string key = subject(scope, fact);
    if (fact.has(Flag::resets) || (fact.detail == "identity_insert" && fact.value == "off")) {
      set_back.insert(key);
      continue;
    }
    if (fact.has(Flag::local) || !lasts(fact.detail) || set_back.count(key) || set_back.count("all")) continue;
    if (!fact.names.empty() && scope.exemption(fact) == Exemption::temporary) continue;
    leaks.push_back(&fact);
  }
  for (auto fact = leaks.rbegin(); fact != leaks.rend(); ++fact)
    report.add(**fact, Reversibility::neutral,
               "the session setting " + std::string((*fact)->detail) + " stays changed for the scripts that run after this one");
}

}  // namespace backstay::sql::rules
