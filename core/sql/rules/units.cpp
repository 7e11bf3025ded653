#include "core/sql/rules/units.hpp"

#include "core/sql/rules/rules.hpp"

namespace backstay::sql::rules {

namespace {

bool is_relation(ObjectKind kind) {
  return kind == ObjectKind::table || kind == ObjectKind::view || kind == ObjectKind::materialized_view ||
         kind == ObjectKind::column || kind == ObjectKind::constraint;
}

bool is_trigger(ObjectKind kind) { return kind == ObjectKind::trigger || kind == ObjectKind::rule; }

bool counts(const Scope& scope, const Fact& fact) {
  const FactScope& here = scope.of(fact);
  return here.executed && !here.in_body && !fact.has(Flag::skeleton) && defines(fact.verb);
}

}  // namespace

Units::Units(const Scope& scope) : scope_(scope) {
  for (const Fact& fact : scope.script().facts) {
    if (!counts(scope, fact)) continue;
    if (fact.verb == Verb::create && is_trigger(fact.object) && !fact.on->name.empty()) {
      const std::string table = "relation " + scope.key(fact.on);
      for (const Name& name : fact.names) join("trigger " + scope.key(name), table);
      if (!fact.other_name->name.empty() && scope.creates(fact.other_name))
        join("routine " + scope.key(fact.other_name), table);
    }
    if (fact.names.empty()) continue;
    const bool partition = fact.object == ObjectKind::table && !fact.other_name->name.empty() &&
                           (fact.verb == Verb::create || fact.action == Action::partition);
    if (partition) {
      const std::string part = "relation " + scope.key(fact.names[0]), other = "relation " + scope.key(fact.other_name);
      // CREATE names the partition first, ATTACH and DETACH name the parent first.
      fact.verb == Verb::create ? join(part, other) : join(other, part);
    }
    if (fact.verb == Verb::rename && fact.object != ObjectKind::column && fact.object != ObjectKind::constraint) {
      Name renamed = fact.names[0];
      renamed.name = fact.new_name->name;
      const std::string before = plain(fact, fact.names[0]), after = plain(fact, renamed);
      if (!before.empty() && !after.empty() && !fact.new_name->name.empty()) join(after, before);
    }
  }
}

std::string Units::plain(const Fact& fact, const Name& name) const {
  // sp_rename does not always say what it renames.
  const bool unsaid = fact.verb == Verb::rename && fact.object == ObjectKind::unknown;
  if (is_relation(fact.object) || unsaid) return "relation " + scope_.key(name);
  if (is_routine(fact.object)) return "routine " + scope_.key(name);
  if (fact.object == ObjectKind::package) return "package " + scope_.key(name);
  if (is_trigger(fact.object)) return "trigger " + scope_.key(name);
  return {};
}

std::string Units::find(const std::string& unit) const {
  std::string root = unit;
  std::vector<std::string> path;
  for (auto next = belongs_to_.find(root); next != belongs_to_.end(); next = belongs_to_.find(root)) {
    path.push_back(root);
    root = next->second;
  }
  // Long chains of renames would be walked again and again.
  for (const std::string& step : path) belongs_to_[step] = root;
  return root;
}

void Units::join(const std::string& part, const std::string& whole) {
  const std::string from = find(part), to = find(whole);
  if (from != to) belongs_to_[from] = to;
}

std::vector<std::string> Units::of(const Fact& fact) const {
  std::vector<std::string> units;
  if (!counts(scope_, fact)) return units;
  const auto add = [&](const std::string& unit) {
    if (!unit.empty()) units.push_back(find(unit));
  };
  const std::size_t names = fact.names.size();
  for (std::size_t i = 0; i < std::max<std::size_t>(1, names); ++i) {
    const Exemption exempt = scope_.exemption(fact, i);
    if (exempt == Exemption::temporary || exempt == Exemption::scratch || exempt == Exemption::service) continue;
    if (is_trigger(fact.object) && !fact.on->name.empty()) add("relation " + scope_.key(fact.on));
    else if (i < names) add(plain(fact, fact.names[i]));
  }
  return units;
}

}  // namespace backstay::sql::rules
