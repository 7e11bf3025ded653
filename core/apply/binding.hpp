// Bound data of a Creatio package as SQL: rows are found by their key columns (creatio/data_binding.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/apply/database.hpp"
#include "core/base/result.hpp"

namespace backstay::apply {

// The files of the binding as stored; borrowed. localizations: culture ("en-US") and text.
struct BindingFiles {
  std::string_view descriptor, data;
  std::vector<std::pair<std::string, std::string_view>> localizations;
};

// Install type 1 adds no rows; the others add those that are missing. Columns with IsForceUpdate are written again
// where the row is there. A localized column without a value of its own gets that of English, or of the first culture.
// Errors: malformed for what has no table, no key or unnamed columns; those of read_binding_rows.
Result<std::string> binding_statements(const BindingFiles& files, std::optional<int> install_type, db::Engine engine);

}  // namespace backstay::apply
