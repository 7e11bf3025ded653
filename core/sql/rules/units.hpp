// What counts as one entity for multi-entity-script: each view, routine name, package and table. A trigger
// belongs to its table, a trigger function to its trigger, a partition to its parent, and a renamed object
// is one with what it was called before.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "core/sql/scope.hpp"

namespace backstay::sql::rules {

class Units {
 public:
  // Reads the whole script first, because a trigger may come after its function and after its DROP.
  explicit Units(const Scope& scope);
  // The units that this fact creates, alters, drops or renames; mostly none or one. Temporary, scratch
  // and service objects are no units.
  std::vector<std::string> of(const Fact& fact) const;

 private:
  std::string plain(const Fact& fact, const Name& name) const;
  std::string find(const std::string& unit) const;
  void join(const std::string& part, const std::string& whole);

  const Scope& scope_;
  mutable std::unordered_map<std::string, std::string> belongs_to_;  // shortened while it is read
};

}  // namespace backstay::sql::rules
