// Flags settings of the server or of the whole database.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

void server_config(const Scope& scope, Reporter& report) {
  each(scope, Verb::server_config, [&](const Fact& fact) {
    report.add(fact, Reversibility::no, std::string(fact.detail.empty() ? "this statement" : fact.detail) +
                                            " changes the server or the whole database for everybody");
  });
}

}  // namespace backstay::sql::rules
