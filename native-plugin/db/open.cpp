#include "native-plugin/db/driver.hpp"
#ifdef BACKSTAY_WITH_PG
#include "native-plugin/db/postgres.hpp"
#endif
#include "native-plugin/db/sqlite.hpp"
#include "native-plugin/db/url.hpp"

namespace backstay::db {

DbResult<std::unique_ptr<Driver>> open_driver(const std::string& url, const OpenSettings& settings) {
  const auto read = read_url(url);
  if (read && read->engine == Engine::sqlite) return SqliteDriver::open(read->target, settings);
#ifdef BACKSTAY_WITH_PG
  if (read && read->engine == Engine::postgresql) return PostgresDriver::open(read->target, settings);
#endif
  DbError error;
  error.fault = Fault::unsupported;
  error.sqlstate = "08001";
  error.message = "no driver for \"" + redacted_url(url).substr(0, url.find(':')) + ":\" in this build";
  return error;
}

namespace {

DbError no_copy() {
  DbError error;
  error.fault = Fault::unsupported;
  error.sqlstate = "0A000";
  error.message = "this database has no COPY";
  return error;
}

}  // namespace

DbResult<Done> Driver::copy_out(std::string_view, const std::function<bool(std::string_view)>&) { return no_copy(); }

DbResult<Done> Driver::copy_in(std::string_view, const std::function<bool(std::string&)>&) { return no_copy(); }

}  // namespace backstay::db
