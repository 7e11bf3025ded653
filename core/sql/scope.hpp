// The second pass over a script's facts: whatever a rule needs that one statement alone cannot tell.
// Is the target temporary, a service table, made here? Is the entity created again? Does this code run?
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/sql/fact.hpp"
#include "core/sql/sql.hpp"

namespace backstay::sql {

// Why data and table rules stay silent about an object (rules.md section 1, "Exempt targets").
enum class Exemption : std::uint8_t {
  none,
  service,          // configured pattern: permanent by design, reported as information only
  owned_structure,  // made by this script behind a guard: its structure is ours, its rows may be older
  owned,            // made by this script without a guard: structure and rows are ours
  scratch,          // made without a guard and dropped again
  temporary,
};

struct FactScope {
  bool executed = true;        // false inside bodies nobody calls and prepared statements nobody runs
  bool in_body = false;        // inside a body or a prepared statement, executed or not
  bool recreated = false;      // drop: every object of it is created again later in this script
  bool dropped_before = false; // create: every object of it was dropped earlier in this script
  bool enabled_later = false;  // disable: what it switches off is switched on again later
  bool under_if = false;       // some enclosing IF or CASE
  bool routine_guard = false;  // some enclosing IF looked into a catalogue of routines
  bool duplicate_handler = false;  // its block catches the duplicate key
  bool tolerates_existing = false; // its block catches "exists already"
  bool known_routine = false;  // call: of a routine that this script creates
  std::uint32_t exemptions = 0;    // index of names[0] in Scope::exemptions_
};

class Scope {
 public:
  Scope(const Script& script, const Options& options, const Config& config);

  const Script& script() const { return script_; }
  const Options& options() const { return options_; }
  const Config& config() const { return config_; }
  Dialect dialect() const { return script_.dialect; }
  bool uninstalling() const { return options_.install_type == InstallType::uninstall_app; }

  const FactScope& of(const Fact& fact) const { return facts_[index(fact)]; }
  const Fact* parent(const Fact& fact) const;

  // Exemption of the n-th name of a fact. An index goes by its table, a target without a name has none.
  Exemption exemption(const Fact& fact, std::size_t name = 0) const;
  // True when the fact names something and data rules have nothing to say about any of it.
  bool data_exempt(const Fact& fact) const;
  // The same for rules about the structure of tables.
  bool structure_exempt(const Fact& fact) const;
  // Scratch and temporary objects only: what entity rules leave alone.
  bool passing(const Fact& fact) const;

  // Some executed CREATE of this script makes an object (a view) of this name.
  bool creates(const Name& name) const { return created_.count(key(name)) > 0; }
  bool creates_view(const Name& name) const { return created_views_.count(key(name)) > 0; }

  // Some fact has one of these verbs, executed or not: rules that walk all facts ask first.
  bool mentions(std::initializer_list<Verb> verbs) const {
    for (const Verb verb : verbs)
      if ((mentioned_ >> static_cast<unsigned>(verb) & 1u) != 0) return true;
    return false;
  }
  // Executed facts of one verb, in order.
  std::span<const Fact* const> executed(Verb verb) const {
    const auto v = static_cast<std::size_t>(verb);
    return {executed_.data() + executed_from_[v], executed_from_[v + 1] - executed_from_[v]};
  }

  // One text for one object whatever way it was written: parts joined, default schema left out.
  std::string key(const Name& name) const;

 private:
  std::size_t index(const Fact& fact) const { return static_cast<std::size_t>(&fact - script_.facts.data()); }
  void find_executed();
  void find_guards();
  void find_exemptions();
  void find_pairs();
  bool every_name(const Fact& fact, Exemption least) const;

  friend class ExemptionWalk;

  const Script& script_;
  const Options& options_;
  const Config& config_;
  std::vector<FactScope> facts_;         // one for each of script_.facts
  std::vector<Exemption> exemptions_;    // one for each name, at least one for each fact
  std::unordered_set<std::string> created_, created_views_;
  std::vector<const Fact*> executed_;    // by verb, then in order
  std::array<std::uint32_t, static_cast<std::size_t>(Verb::not_understood) + 2> executed_from_{};
  std::uint64_t mentioned_ = 0;          // a bit for each verb
  std::string default_schema_;           // of this dialect, lower case; empty when it has none
};

// Kinds that are one and the same for DROP and CREATE: DROP ROUTINE fits any routine.
bool same_kind(ObjectKind dropped, ObjectKind created);
bool is_routine(ObjectKind kind);
// View, materialized view, routine, package: what recommendation R3 wants recreated, and units of R2.
bool is_entity(ObjectKind kind);

// Case-insensitive match of the whole text; * stands for any run of bytes, ? for one.
bool glob_match(std::string_view pattern, std::string_view text);

}  // namespace backstay::sql
