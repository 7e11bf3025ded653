// What a target has: installed packages, stored ORIGAM versions, database engine. Format: environment.md.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/deploy/order.hpp"

namespace backstay::deploy {

struct Environment {
  std::vector<InstalledPackage> packages;         // of a Creatio target
  std::vector<InstalledPackage> origam_versions;  // what ORIGAM's version table holds
  std::optional<Dialect> engine;
};

// Either the JSON object "backstay.environment/1" or lines "Package Version".
// Errors: malformed with the place.
Result<Environment> parse_environment(std::string_view text, std::string_view file);

// The same as one list, as orders take it.
Result<std::vector<InstalledPackage>> read_environment(std::string_view text, std::string_view file);

}  // namespace backstay::deploy
