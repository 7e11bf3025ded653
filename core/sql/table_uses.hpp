// Which tables a script has to find, and which it makes: for a comparison with what a target has.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/sql/sql.hpp"

namespace backstay::sql {

// A table that a script changes, and so has to find; or one that it makes.
struct TableUse {
  std::string name;                  // bare, in lower case: as tables of a target are found
  std::string written;               // as it stands there, for messages
  bool makes = false;                // CREATE, SELECT INTO, or the new name of a table
  std::vector<std::string> columns;  // that it names: SET, a list of INSERT, ALTER and DROP COLUMN; lower case
  std::vector<std::string> adds;     // ADD COLUMN
  std::uint32_t line = 0, column = 0;
  std::uint64_t offset = 0;
};

// Each table once for what is used and once for what is made, at its first place. Only statements that run, and of those
// not what stands under an IF: its condition may have looked whether the table is there. Temporary objects, catalogues and
// other databases do not count. Reading is not listed: facts hold targets only.
//
// Reads the script by itself, so that a check without a list of tables does not pay for this.
std::vector<TableUse> table_uses(const TextDocument& document, const Options& options, const Config& config);

}  // namespace backstay::sql
