#include "core/sql/scope_exemptions.hpp"

#include <algorithm>

namespace backstay::sql {

namespace {

bool is_relation(ObjectKind kind) {
  return kind == ObjectKind::table || kind == ObjectKind::view || kind == ObjectKind::materialized_view;
}

bool can_be_scratch(ObjectKind kind) { return is_relation(kind) || is_routine(kind); }

bool hangs_on_a_table(const Fact& fact) {
  return fact.object == ObjectKind::index || fact.object == ObjectKind::policy ||
         fact.object == ObjectKind::statistics || fact.object == ObjectKind::trigger ||
         fact.object == ObjectKind::rule;
}

}  // namespace

void ExemptionWalk::run() {
  find_scratch();
  walk();
}

// What is made without any guard and dropped again later is a work object of the script. OR REPLACE does not ask
// whether the object is there: a routine that a script replaces, calls and drops is its helper all the same, but a
// view may be older than the script, and others read it.
void ExemptionWalk::find_scratch() {
  if (!scope_.mentions({Verb::create}) || !scope_.mentions({Verb::drop})) return;
  const std::vector<Fact>& facts = scope_.script_.facts;
  std::unordered_map<std::string, std::vector<std::size_t>> open;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const Fact& fact = facts[i];
    if (!scope_.facts_[i].executed || fact.has(Flag::skeleton) || !can_be_scratch(fact.object)) continue;
    if (fact.verb == Verb::create) {
      if (fact.has(Flag::if_exists) || fact.has(Flag::temporary) || (fact.has(Flag::or_replace) && !is_routine(fact.object)) ||
          scope_.facts_[i].under_if || scope_.facts_[i].tolerates_existing)
        continue;
      for (const Name& name : fact.names) open[scope_.key(name)].push_back(i);
    } else if (fact.verb == Verb::drop) {
      for (const Name& name : fact.names) {
        const std::string key = scope_.key(name);
        const auto found = open.find(key);
        if (found == open.end()) continue;
        for (const std::size_t created : found->second)
          if (same_kind(fact.object, facts[created].object)) scratch_[key].push_back({created, i});
        open.erase(found);
      }
    }
  }
}

bool ExemptionWalk::is_temporary(const Name& name) const {
  if (name.variable || (!name.name.empty() && name.name.front() == '#')) return true;
  switch (scope_.dialect()) {
    case Dialect::postgresql:
      if (name.schema.starts_with("pg_temp")) return true;
      return name.schema.empty() && !temporary_.empty() && temporary_.count(std::string(name.name)) > 0;
    case Dialect::mssql: return false;
    case Dialect::oracle:
      return glob_match("ORA$PTT_*", name.name) || (!temporary_.empty() && temporary_.count(scope_.key(name)) > 0);
  }
  return false;
}

// DROP TABLE IF EXISTS w; CREATE TEMP TABLE w: the idiom for "my work table of an earlier run".
bool ExemptionWalk::clears_way(const Fact& fact, std::size_t at, const Name& name) const {
  if (next_temporary_.empty() || fact.verb != Verb::drop || !fact.has(Flag::if_exists) || !name.schema.empty()) return false;
  const auto found = next_temporary_.find(std::string(name.name));
  return found != next_temporary_.end() && found->second > at;
}

bool ExemptionWalk::is_service(const Name& name) const {
  for (const std::string& pattern : scope_.config_.service_tables)
    if (glob_match(pattern, name.name)) return true;
  return false;
}

std::int32_t ExemptionWalk::innermost_branch(const Fact& fact) const {
  for (const Fact* outer = scope_.parent(fact); outer; outer = scope_.parent(*outer))
    if (outer->verb == Verb::branch) return static_cast<std::int32_t>(outer - scope_.script_.facts.data());
  return -1;
}

bool ExemptionWalk::inside(std::size_t at, std::int32_t branch) const {
  for (std::int32_t outer = scope_.script_.facts[at].parent; outer >= branch && outer >= 0;
       outer = scope_.script_.facts[static_cast<std::size_t>(outer)].parent)
    if (outer == branch) return true;
  return false;
}

Exemption ExemptionWalk::made_here(const Fact& fact, std::size_t at, const std::string& key) const {
  const auto found = made_.find(key);
  if (found == made_.end()) return Exemption::none;
  if (fact.verb == Verb::drop || fact.verb == Verb::create) return Exemption::none;
  const Made& made = found->second;
  if (!made.guarded) return Exemption::owned;
  if (made.branch >= 0 && inside(at, made.branch)) return Exemption::owned;
  return Exemption::owned_structure;
}

Exemption ExemptionWalk::judge(const Fact& fact, std::size_t at, const Name& name) {
  if (name.name.empty()) return Exemption::none;
  const bool makes_temporary = fact.verb == Verb::create && fact.has(Flag::temporary);
  if (makes_temporary || is_temporary(name) || clears_way(fact, at, name)) return Exemption::temporary;
  if (scratch_.empty() && made_.empty()) return is_service(name) ? Exemption::service : Exemption::none;
  const std::string key = scope_.key(name);
  if (const auto found = scratch_.find(key); found != scratch_.end()) {
    // In order of creation and without overlap but for a common end: the last one begun decides.
    const auto& spans = found->second;
    const auto behind = std::partition_point(spans.begin(), spans.end(), [&](const auto& span) { return span.first <= at; });
    if (behind != spans.begin() && at <= (behind - 1)->second) return Exemption::scratch;
  }
  if (is_service(name)) return Exemption::service;
  return made_here(fact, at, key);
}

void ExemptionWalk::remember(const Fact& fact, std::size_t at) {
  const bool table = is_relation(fact.object);
  if (fact.verb == Verb::create && table) {
    for (const Name& name : fact.names) {
      if (fact.has(Flag::temporary))
        temporary_.insert(scope_.dialect() == Dialect::postgresql ? std::string(name.name) : scope_.key(name));
      else if (fact.object != ObjectKind::view) {
        Made made;
        made.branch = innermost_branch(fact);
        // A handler that lets "exists already" pass is as good as IF NOT EXISTS: the table may be older.
        const bool passes = fact.has(Flag::if_exists) || scope_.facts_[at].tolerates_existing;
        made.guarded = passes || made.branch >= 0;
        if (passes) made.branch = -1;
        made_[scope_.key(name)] = made;
      }
    }
  } else if (fact.verb == Verb::drop && table) {
    for (const Name& name : fact.names) {
      made_.erase(scope_.key(name));
      if (scope_.dialect() == Dialect::postgresql && (name.schema.empty() || name.schema.starts_with("pg_temp")))
        temporary_.erase(std::string(name.name));
    }
  } else if (fact.verb == Verb::rename && table && !fact.names.empty()) {
    if (scope_.exemption(fact) == Exemption::temporary && scope_.dialect() == Dialect::postgresql) {
      temporary_.erase(std::string(fact.names[0].name));
      temporary_.insert(std::string(fact.new_name->name));
    }
    const auto found = made_.find(scope_.key(fact.names[0]));
    if (found != made_.end()) {
      const Made made = found->second;
      made_.erase(found);
      Name renamed = fact.names[0];  // a rename keeps the schema
      renamed.name = fact.new_name->name;
      made_[scope_.key(renamed)] = made;
    }
  }
  if (fact.verb == Verb::create && fact.object == ObjectKind::view)
    for (const Name& name : fact.names) views_.insert(scope_.key(name));
  if (fact.verb == Verb::create && fact.object == ObjectKind::index && !fact.names.empty())
    indexes_[scope_.key(fact.names[0])] = scope_.exemptions_[scope_.facts_[at].exemptions];
}

void ExemptionWalk::walk() {
  const std::vector<Fact>& facts = scope_.script_.facts;
  // Oracle's temporary tables are permanent definitions: naming one anywhere in the script is enough.
  if (scope_.dialect() == Dialect::oracle)
    for (const Fact& fact : facts)
      if (fact.verb == Verb::create && fact.has(Flag::temporary))
        for (const Name& name : fact.names) temporary_.insert(scope_.key(name));

  if (scope_.dialect() == Dialect::postgresql)
    for (std::size_t i = 0; i < facts.size(); ++i)
      if (facts[i].verb == Verb::create && facts[i].has(Flag::temporary) && scope_.facts_[i].executed)
        for (const Name& name : facts[i].names) next_temporary_[std::string(name.name)] = i;

  for (std::size_t i = 0; i < facts.size(); ++i) {
    const Fact& fact = facts[i];
    for (std::size_t n = 0; n < std::max<std::size_t>(1, fact.names.size()); ++n) {
      Exemption& found = scope_.exemptions_[scope_.facts_[i].exemptions + n];
      if (hangs_on_a_table(fact) && !fact.on->name.empty()) {
        found = judge(fact, i, *fact.on);
        // The table's own creation does not count here: the index or trigger is another object.
        if (found == Exemption::none) {
          Fact as_change;
          as_change.verb = Verb::alter;
          found = made_here(as_change, i, scope_.key(fact.on));
        }
        // An index on a view of this script goes and comes with the view.
        if (found == Exemption::none && fact.object == ObjectKind::index && views_.count(scope_.key(fact.on)))
          found = Exemption::owned;
      } else if (n >= fact.names.size()) {
        continue;
      } else if (fact.object == ObjectKind::index) {
        const auto known = indexes_.find(scope_.key(fact.names[n]));
        found = known == indexes_.end() ? Exemption::none : known->second;
      } else {
        found = judge(fact, i, fact.names[n]);
      }
    }
    if (scope_.facts_[i].executed && !fact.has(Flag::skeleton)) remember(fact, i);
  }
}

}  // namespace backstay::sql
