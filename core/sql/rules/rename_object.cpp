// Flags renames: the previous version still uses the old name.
#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

namespace {

bool is_principal(ObjectKind kind) {
  return kind == ObjectKind::user || kind == ObjectKind::role || kind == ObjectKind::login ||
         kind == ObjectKind::profile;
}

}  // namespace

void rename_object(const Scope& scope, Reporter& report) {
  each(scope, Verb::rename, [&](const Fact& fact) {
    if (fact.object == ObjectKind::sequence || is_principal(fact.object) || scope.structure_exempt(fact)) return;
    std::string message = "the " + std::string(word(fact.object));
    if (fact.object == ObjectKind::column && !fact.written_column.empty())
      message += " " + std::string(fact.written_column) + " of";
    message += " " + named(fact) + " gets another name";
    if (!fact.new_name->written.empty()) message += ", " + std::string(fact.new_name->written);
    report.add(fact, Reversibility::yes, message + "; the previous version still uses the old one");
  });
}

}  // namespace backstay::sql::rules
