// A fault point of the drivers as a DbError. Nothing in an ordinary build.
#pragma once

#include <cerrno>
#include <optional>

#include "core/apply/database.hpp"
#include "native-plugin/fs/faults.hpp"

namespace backstay::db {

inline std::optional<DbError> fault_at([[maybe_unused]] const char* what) {
  const int code = plugin::faults::point("db", what);
  if (code == 0) return std::nullopt;
  DbError error;
  error.fault = code == ENOSPC ? Fault::full : Fault::lost;
  error.sqlstate = code == ENOSPC ? "53100" : "08006";
  error.native = code;
  error.message = "fault injected";
  return error;
}

}  // namespace backstay::db
