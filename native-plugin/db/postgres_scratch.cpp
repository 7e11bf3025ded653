// Scratch databases for rehearsals on PostgreSQL.
#include <string>

#include "native-plugin/db/postgres.hpp"

namespace backstay::db {

namespace {

constexpr std::string_view scratch_prefix = "backstay_scratch_";

DbError unsupported(std::string message) {
  DbError error;
  error.fault = Fault::unsupported;
  error.sqlstate = "0A000";
  error.message = std::move(message);
  return error;
}

}  // namespace

DbResult<Scratch> PostgresDriver::copy_to_scratch(const ScratchOptions&) { return unsupported("later"); }
DbResult<Done> PostgresDriver::drop_scratch(std::string_view) { return unsupported("later"); }
DbResult<std::vector<std::string>> PostgresDriver::list_scratch(std::string_view) { return unsupported("later"); }
DbResult<Done> PostgresDriver::backup_file(const std::string&) {
  return unsupported("PostgreSQL has no copy of a database in one file; use pg_dump");
}

DbResult<Done> PostgresDriver::restore_file(const std::string&) {
  return unsupported("PostgreSQL has no copy of a database in one file; use pg_restore");
}

}  // namespace backstay::db
