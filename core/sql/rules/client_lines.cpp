#include "core/sql/rules/client_lines.hpp"

#include <algorithm>

namespace backstay::sql::rules {

namespace {

bool leaves(std::string_view line) {
  const std::string_view word = line.substr(0, line.find_first_of("; \t"));
  return glob_match("exit", word) || glob_match("quit", word);
}

}  // namespace

bool written_for_a_client(const Scope& scope) {
  const std::vector<Fact>& facts = scope.script().facts;
  std::uint32_t last_statement = 0;
  for (const Fact& fact : facts)
    if (fact.verb != Verb::client_command && fact.verb != Verb::substitution) last_statement = std::max(last_statement, fact.head.begin);
  return std::any_of(facts.begin(), facts.end(), [&](const Fact& fact) {
    const bool at_the_end = scope.dialect() == Dialect::oracle && leaves(fact.detail) && fact.head.begin >= last_statement;
    return fact.verb == Verb::client_command && !at_the_end;
  });
}

}  // namespace backstay::sql::rules
