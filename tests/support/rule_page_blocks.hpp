// The examples of the SQL rule pages: `sql` blocks whose lines name the findings they must carry.
//
//   ```sql postgresql install_type=BeforePackage service=UsrSvc*,QRTZ_* reversible=no flag=set
//   -- finding@2: rule, rule      findings of line 2, for lines that cannot hold a comment
//   DROP VIEW "A"; -- finding: rule, rule
//   ```
//
// The first word behind `sql` is the declared dialect. Options: `install_type` and `service` (tables
// that the configuration calls service tables) as in a package; `reversible`, the expected class of
// the script; `flag` (set, unset, absent) makes it an element with a descriptor; `syntax=broken` says
// that PostgreSQL's own grammar refuses the text on purpose. Annotations are cut out before the script
// is analysed; lines of the `@` form do not count.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/sql/sql.hpp"

namespace backstay::test {

using ExpectedFindings = std::map<std::uint32_t, std::set<std::string>>;  // line -> rule names

struct RuleBlock {
  std::string section;        // the heading it stands under
  std::size_t page_line = 0;  // of its fence
  std::string dialect, reversible;
  bool broken_syntax = false;
  std::string sql;            // without annotations
  sql::Options options;
  sql::Config config;
  ExpectedFindings expected;
  std::string trouble;        // what is wrong with the block itself; empty when nothing is
};

std::vector<RuleBlock> read_rule_blocks(std::string_view page);

}  // namespace backstay::test
