// The part of the scope pass that follows objects through a script: what is temporary at this point,
// what the script made, what it drops again.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "core/sql/scope.hpp"

namespace backstay::sql {

class ExemptionWalk {
 public:
  explicit ExemptionWalk(Scope& scope) : scope_(scope) {}
  void run();

 private:
  struct Made {
    bool guarded = false;        // by IF NOT EXISTS or an enclosing IF
    std::int32_t branch = -1;    // the innermost IF around an otherwise unguarded creation
  };

  void find_scratch();
  void walk();
  Exemption judge(const Fact& fact, std::size_t at, const Name& name);
  Exemption made_here(const Fact& fact, std::size_t at, const std::string& key) const;
  void remember(const Fact& fact, std::size_t at);
  bool is_temporary(const Name& name) const;
  bool clears_way(const Fact& fact, std::size_t at, const Name& name) const;
  bool is_service(const Name& name) const;
  bool inside(std::size_t at, std::int32_t branch) const;
  std::int32_t innermost_branch(const Fact& fact) const;

  Scope& scope_;
  std::unordered_map<std::string, std::vector<std::pair<std::size_t, std::size_t>>> scratch_;  // [create, drop]
  std::unordered_set<std::string> temporary_;          // keys, as of the current fact
  std::unordered_map<std::string, std::size_t> next_temporary_;  // postgresql: the last CREATE TEMP of a name
  std::unordered_map<std::string, Made> made_;         // tables and materialized views of this script, as of the current fact
  std::unordered_set<std::string> views_;              // views of this script
  std::unordered_map<std::string, Exemption> indexes_; // indexes of this script: as their tables
};

}  // namespace backstay::sql
