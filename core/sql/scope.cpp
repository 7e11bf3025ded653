#include "core/sql/scope.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/base/ascii.hpp"
#include "core/sql/scope_exemptions.hpp"

namespace backstay::sql {

namespace {

// Facts whose children wait for a call: bodies of created objects, prepared statements, and the
// subprograms of a package. Local subprograms of an executed block run with it.
// A table made from a query runs that query, so it is no gate; the query of a view waits.
bool is_gate(const std::vector<Fact>& facts, const Fact& fact) {
  if (fact.verb == Verb::prepare) return true;
  if (fact.verb == Verb::create || fact.verb == Verb::alter)
    return is_entity(fact.object) || fact.object == ObjectKind::trigger || fact.object == ObjectKind::rule ||
           fact.object == ObjectKind::type;
  if (fact.verb != Verb::subprogram || fact.parent < 0) return false;
  const Fact& outer = facts[static_cast<std::size_t>(fact.parent)];
  return outer.verb == Verb::create && outer.object == ObjectKind::package;
}

}  // namespace

bool is_routine(ObjectKind kind) {
  return kind == ObjectKind::function || kind == ObjectKind::procedure || kind == ObjectKind::aggregate ||
         kind == ObjectKind::routine;
}

bool is_entity(ObjectKind kind) {
  return is_routine(kind) || kind == ObjectKind::view || kind == ObjectKind::materialized_view ||
         kind == ObjectKind::package;
}

bool same_kind(ObjectKind dropped, ObjectKind created) {
  if (dropped == created) return true;
  return is_routine(dropped) && is_routine(created) &&
         (dropped == ObjectKind::routine || created == ObjectKind::routine);
}

bool glob_match(std::string_view pattern, std::string_view text) {
  // The last star is the only place to come back to, so the walk is linear in practice.
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || ascii_lower(pattern[p]) == ascii_lower(text[t]))) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

Scope::Scope(const Script& script, const Options& options, const Config& config)
    : script_(script), options_(options), config_(config), facts_(script.facts.size()) {
  const auto standard = config.default_schema.find(std::string(to_string(script.dialect)));
  if (standard != config.default_schema.end()) default_schema_ = standard->second;
  std::size_t names = 0;
  for (std::size_t i = 0; i < facts_.size(); ++i) {
    facts_[i].exemptions = static_cast<std::uint32_t>(names);
    mentioned_ |= std::uint64_t{1} << static_cast<unsigned>(script.facts[i].verb);
    names += std::max<std::size_t>(1, script.facts[i].names.size());
  }
  exemptions_.resize(names, Exemption::none);
  find_executed();
  find_guards();
  find_exemptions();
  find_pairs();
}

const Fact* Scope::parent(const Fact& fact) const {
  return fact.parent < 0 ? nullptr : &script_.facts[static_cast<std::size_t>(fact.parent)];
}

std::string Scope::key(const Name& name) const {
  std::string text;
  if (!name.server.empty()) text.append(name.server).push_back('\1');
  if (!name.database.empty()) text.append(name.database).push_back('\1');
  if (!name.schema.empty() && !glob_match(default_schema_, name.schema)) text.append(name.schema).push_back('\1');
  text.append(name.name);
  if (!name.link.empty()) text.append("@").append(name.link);
  return text;
}

Exemption Scope::exemption(const Fact& fact, std::size_t name) const {
  return exemptions_[of(fact).exemptions + name];
}

bool Scope::every_name(const Fact& fact, Exemption least) const {
  // A fact without a name still has one entry: an index without a name goes by its table.
  for (std::size_t i = 0; i < std::max<std::size_t>(1, fact.names.size()); ++i) {
    const Exemption found = exemption(fact, i);
    if (found == Exemption::service && least <= Exemption::owned) continue;
    if (found < least) return false;
  }
  return true;
}

bool Scope::data_exempt(const Fact& fact) const { return every_name(fact, Exemption::owned); }
bool Scope::structure_exempt(const Fact& fact) const { return every_name(fact, Exemption::owned_structure); }
bool Scope::passing(const Fact& fact) const { return every_name(fact, Exemption::scratch); }

// Which bodies run: breadth first from the script's own statements through the calls they make.
void Scope::find_executed() {
  const std::vector<Fact>& facts = script_.facts;
  std::vector<std::int32_t> owner(facts.size(), -1);
  std::vector<bool> runs(facts.size(), false);
  const bool calls_something = mentions({Verb::call, Verb::run_prepared});
  std::unordered_map<std::string, std::vector<std::int32_t>> gates;
  std::unordered_set<std::string> local, packages;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const Fact& fact = facts[i];
    if (const Fact* outer = parent(fact)) {
      const auto at = static_cast<std::size_t>(fact.parent);
      owner[i] = is_gate(facts, *outer) ? fact.parent : owner[at];
    }
    if (!calls_something || fact.names.empty()) continue;
    if (fact.verb == Verb::prepare) gates["prepared " + key(fact.names[0])].push_back(static_cast<std::int32_t>(i));
    if ((fact.verb == Verb::create || fact.verb == Verb::alter) && is_routine(fact.object))
      gates[key(fact.names[0])].push_back(static_cast<std::int32_t>(i));
    if (fact.verb == Verb::create && fact.object == ObjectKind::package) packages.insert(key(fact.names[0]));
    if (fact.verb == Verb::subprogram && !is_gate(facts, fact)) local.emplace(fact.names[0].name);
    if (fact.verb == Verb::subprogram && is_gate(facts, fact)) {
      const Fact& package = *parent(fact);
      if (!package.names.empty())
        gates[key(package.names[0]) + '\1' + std::string(fact.names[0].name)].push_back(static_cast<std::int32_t>(i));
    }
  }

  std::unordered_map<std::int32_t, std::vector<std::size_t>> calls;
  for (std::size_t i = 0; calls_something && i < facts.size(); ++i) {
    if ((facts[i].verb != Verb::call && facts[i].verb != Verb::run_prepared) || facts[i].names.empty()) continue;
    calls[owner[i]].push_back(i);
    const Name& name = facts[i].names[0];
    if (name.schema.empty()) {
      facts_[i].known_routine = local.count(std::string(name.name)) > 0;
    } else {
      Name package = name;  // "pkg"."proc": the schema part is the package
      package.name = name.schema;
      package.schema = {};
      facts_[i].known_routine = packages.count(key(package)) > 0;
    }
  }

  std::vector<std::int32_t> waiting{-1};
  while (!waiting.empty()) {
    const std::int32_t from = waiting.back();
    waiting.pop_back();
    for (const std::size_t call : calls[from]) {
      const Fact& fact = facts[call];
      std::string wanted = key(fact.names[0]);
      if (fact.verb == Verb::run_prepared) wanted = "prepared " + wanted;
      auto found = gates.find(wanted);
      if (found == gates.end() && from >= 0 && facts[static_cast<std::size_t>(from)].verb == Verb::subprogram) {
        // Inside a package its own routines go by their bare name.
        const Fact* package = parent(facts[static_cast<std::size_t>(from)]);
        if (package && !package->names.empty()) found = gates.find(key(package->names[0]) + '\1' + wanted);
      }
      if (found == gates.end()) continue;
      for (const std::int32_t gate : found->second) {
        // At top level an earlier statement cannot run what is only created later.
        if (from < 0 && static_cast<std::size_t>(gate) > call) continue;
        facts_[call].known_routine = true;
        if (runs[static_cast<std::size_t>(gate)]) continue;
        runs[static_cast<std::size_t>(gate)] = true;
        waiting.push_back(gate);
      }
    }
  }

  for (std::size_t i = 0; i < facts.size(); ++i) {
    const std::int32_t gate = owner[i];
    if (gate < 0) continue;
    const auto at = static_cast<std::size_t>(gate);
    facts_[i].in_body = true;
    facts_[i].executed = runs[at];
  }
  // Sorted by counting.
  for (std::size_t i = 0; i < facts.size(); ++i)
    if (facts_[i].executed) ++executed_from_[static_cast<std::size_t>(facts[i].verb) + 1];
  for (std::size_t v = 1; v < executed_from_.size(); ++v) executed_from_[v] += executed_from_[v - 1];
  executed_.resize(executed_from_.back());
  auto next = executed_from_;
  for (std::size_t i = 0; i < facts.size(); ++i)
    if (facts_[i].executed) executed_[next[static_cast<std::size_t>(facts[i].verb)]++] = &facts[i];
}

void Scope::find_guards() {
  if (!mentions({Verb::branch, Verb::handler})) return;
  const std::vector<Fact>& facts = script_.facts;
  std::vector<bool> catches_duplicate(facts.size(), false), tolerates(facts.size(), false);
  for (const Fact& fact : facts) {
    if (fact.verb != Verb::handler || fact.parent < 0) continue;
    const auto block = static_cast<std::size_t>(fact.parent);
    if (fact.has(Flag::catches_duplicate)) catches_duplicate[block] = tolerates[block] = true;
    // WHEN OTHERS that raises on some path only is how PL/SQL lets "exists already" pass; CATCH with
    // THROW always fails.
    if (fact.has(Flag::catches_all) && (!fact.has(Flag::reraises) || dialect() != Dialect::mssql))
      tolerates[block] = true;
  }

  // What the condition of an IF looked into holds for its ELSE as well.
  std::vector<bool> catalogue(facts.size(), false);
  std::unordered_map<std::int32_t, std::size_t> last_branch;  // by parent
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (facts[i].verb != Verb::branch) continue;
    catalogue[i] = facts[i].has(Flag::reads_catalogue);
    const auto before = last_branch.find(facts[i].parent);
    if (facts[i].detail == "else" && before != last_branch.end()) catalogue[i] = catalogue[i] || catalogue[before->second];
    last_branch[facts[i].parent] = i;
  }

  // Parents stand before their children, so each fact can add to what its parent already knows.
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const Fact* outer = parent(facts[i]);
    if (!outer || is_gate(facts, *outer)) continue;
    const auto at = static_cast<std::size_t>(facts[i].parent);
    FactScope& own = facts_[i];
    own.under_if = facts_[at].under_if || outer->verb == Verb::branch;
    own.routine_guard = facts_[at].routine_guard ||
                        (outer->verb == Verb::branch && catalogue[at]);
    own.duplicate_handler = outer->verb != Verb::handler &&
                            (facts_[at].duplicate_handler || catches_duplicate[at]);
    own.tolerates_existing = outer->verb != Verb::handler && (facts_[at].tolerates_existing || tolerates[at]);
  }
}

void Scope::find_exemptions() { ExemptionWalk(*this).run(); }

namespace {

// First and last fact that touched something, which answers "before" and "after" at once.
struct Touched {
  std::size_t first = 0, last = 0;
};

class Touches {
 public:
  void add(const std::string& key, std::size_t at) {
    const auto [entry, fresh] = touched_.insert({key, {at, at}});
    if (!fresh) entry->second.last = at;
  }
  bool before(const std::string& key, std::size_t at) const {
    const auto found = touched_.find(key);
    return found != touched_.end() && found->second.first < at;
  }
  bool after(const std::string& key, std::size_t at) const {
    const auto found = touched_.find(key);
    return found != touched_.end() && found->second.last > at;
  }

 private:
  std::unordered_map<std::string, Touched> touched_;
};

constexpr std::string_view any_table = "*";

std::string with_kind(const std::string& key, ObjectKind kind, std::string_view table) {
  std::string text = key;
  text += '\2';
  text += static_cast<char>('0' + static_cast<int>(kind));
  text += '\2';
  text += table;
  return text;
}

std::string_view member_or_all(std::string_view member) { return member.empty() ? std::string_view("*") : member; }

}  // namespace

// DROP with a later CREATE, CREATE with an earlier DROP, DISABLE with a later ENABLE.
void Scope::find_pairs() {
  const std::vector<Fact>& facts = script_.facts;
  // An index may be named with its schema in one statement and without in the other.
  const auto object_key = [&](const Fact& fact, const Name& name) {
    return fact.object == ObjectKind::index ? std::string(name.name) : key(name);
  };
  // postgresql knows a trigger or rule only together with its table.
  const auto table_of = [&](const Fact& fact) {
    const bool on_table = fact.object == ObjectKind::trigger || fact.object == ObjectKind::rule;
    return on_table ? key(fact.on) : std::string();
  };
  const auto toggle_key = [&](const Fact& fact, std::string_view member) {
    const std::string table = fact.names.empty() ? std::string() : key(fact.names[0]);
    return with_kind(table, fact.object, member_or_all(member));
  };

  // Most scripts drop nothing, or create nothing: then there are no pairs to look for.
  const bool creates_and_drops = mentions({Verb::create}) && mentions({Verb::drop});
  Touches made, gone, enabled;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const Fact& fact = facts[i];
    if (!facts_[i].executed || fact.has(Flag::skeleton)) continue;
    if (fact.verb == Verb::enable) {
      if (fact.members.empty()) enabled.add(toggle_key(fact, {}), i);
      for (const std::string_view member : fact.members) enabled.add(toggle_key(fact, member), i);
      continue;
    }
    if (fact.verb != Verb::create && fact.verb != Verb::drop) continue;
    Touches& list = fact.verb == Verb::create ? made : gone;
    for (const Name& name : fact.names) {
      if (creates_and_drops) {
        const std::string object = object_key(fact, name), table = table_of(fact);
        list.add(with_kind(object, fact.object, table), i);
        list.add(with_kind(object, fact.object, any_table), i);
      }
      if (fact.verb != Verb::create) continue;
      created_.insert(key(name));
      if (fact.object == ObjectKind::view || fact.object == ObjectKind::materialized_view) created_views_.insert(key(name));
    }
  }

  // Asks about every kind that DROP and CREATE may differ in, and about statements that leave out the table.
  const auto paired = [&](const Fact& fact, const Name& name, const auto& asks) {
    const std::string object = object_key(fact, name), table = table_of(fact);
    for (const ObjectKind kind : {fact.object, ObjectKind::function, ObjectKind::procedure, ObjectKind::aggregate, ObjectKind::routine}) {
      if (!same_kind(fact.object, kind)) continue;
      if (asks(with_kind(object, kind, table.empty() ? any_table : std::string_view(table)))) return true;
      if (!table.empty() && asks(with_kind(object, kind, {}))) return true;
    }
    return false;
  };

  for (std::size_t i = 0; i < facts.size(); ++i) {
    const Fact& fact = facts[i];
    FactScope& own = facts_[i];
    if (fact.verb == Verb::drop && !fact.names.empty()) {
      own.recreated = true;
      for (std::size_t n = 0; n < fact.names.size() && own.recreated; ++n)
        own.recreated = exemption(fact, n) >= Exemption::scratch ||
                        (creates_and_drops && paired(fact, fact.names[n], [&](const std::string& object) { return made.after(object, i); }));
    }
    if (creates_and_drops && fact.verb == Verb::create && !fact.names.empty())
      own.dropped_before = std::all_of(fact.names.begin(), fact.names.end(), [&](const Name& name) {
        return paired(fact, name, [&](const std::string& object) { return gone.before(object, i); });
      });
    if (fact.verb == Verb::disable)
      own.enabled_later = enabled.after(toggle_key(fact, {}), i) ||
                          (!fact.members.empty() &&
                           std::all_of(fact.members.begin(), fact.members.end(), [&](std::string_view member) {
                             return enabled.after(toggle_key(fact, member), i);
                           }));
  }
}

}  // namespace backstay::sql
