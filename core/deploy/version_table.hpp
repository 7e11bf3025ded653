// ORIGAM's version table as people export it: the stored versions of a database. Page: environment.md.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/result.hpp"
#include "core/base/text_document.hpp"
#include "core/deploy/order.hpp"

namespace backstay::deploy {

// Whether the text is such an export in lines: a first line that names the columns.
bool is_version_table(std::string_view text);

// Lines of values separated by comma, semicolon, tab or bar, as CSV exports and SQL shells write them.
// Errors: malformed with the line for an id that is no GUID.
Result<std::vector<InstalledPackage>> read_version_table(const TextDocument& document);

// The rows as a JSON list of objects; nullopt when the list is something else.
std::optional<std::vector<InstalledPackage>> version_rows(const JsonValue& list);

}  // namespace backstay::deploy
