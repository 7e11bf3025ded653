// Bound data of a Creatio package as SQL: rows are found by their key columns (creatio/data_binding.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/apply/database.hpp"
#include "core/base/result.hpp"

namespace backstay::apply {

// `descriptor` and `data`: the files of the binding as stored. Install type 1 adds no rows; the others add those
// that are missing. Columns with IsForceUpdate are written again where the row is there.
// Errors: malformed for what has no table, no key or unnamed columns; what parse_json says.
Result<std::string> binding_statements(std::string_view descriptor, std::string_view data, std::optional<int> install_type, db::Engine engine);

}  // namespace backstay::apply
