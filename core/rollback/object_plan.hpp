// What one definition statement means for the way back. Internal to core/rollback.
#pragma once

#include <string>
#include <vector>

#include "core/rollback/reverse.hpp"

namespace backstay::rollback {

struct ObjectPlan {
  ReverseClass reverse_class = ReverseClass::safe;
  std::string reason;                // one sentence, for needs_review and not_undone
  std::vector<sql::Name> objects;    // whose definitions have to be captured: relations, routines, types, schemas
  std::string column;                // its values as well: the column is dropped or gets another type
  bool sequence_value = false;       // where a sequence stands counts
};

// Of create, alter, drop, rename, enable, disable, comment, grant, revoke, change_owner, sequence_value.
ObjectPlan object_plan(const sql::Fact& fact);

}  // namespace backstay::rollback
