// Flags what could not be read. Nothing is passed over in silence.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void not_understood(const Scope& scope, Reporter& report) {
  each(scope, Verb::not_understood, [&](const Fact& fact) {
    report.add(fact, Reversibility::no, "this statement could not be understood and was not checked: " +
                                            std::string(fact.detail.empty() ? "it starts with no known word" : fact.detail));
  });
}

}  // namespace backstay::sql::rules
