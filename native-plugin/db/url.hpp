// Database URLs as people write them on the command line.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/apply/database.hpp"

namespace backstay::db {

// A URL taken apart just far enough to choose a driver.
struct DatabaseUrl {
  Engine engine = Engine::sqlite;
  std::string target;  // a path, or libpq's connection string
};
// nullopt when the scheme is none of sqlite:, postgresql:, postgres:.
std::optional<DatabaseUrl> read_url(std::string_view url);

}  // namespace backstay::db
