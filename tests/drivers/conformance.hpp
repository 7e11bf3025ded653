// What every driver has to do, whatever stands behind it. One test file per driver says where its databases come from.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "native-plugin/db/driver.hpp"

namespace backstay::db::test {

struct Target {
  Engine engine = Engine::sqlite;
  std::function<std::string()> fresh_url;  // of an empty database, a new one each time
};

void everything_a_driver_does(const Target& target);


// On an empty database.
void postgres_snapshots(Driver& driver);
void sqlite_snapshots(Driver& driver);
void environment_of_a_database(Driver& driver);

std::unique_ptr<Driver> open_or_fail(const std::string& url, const OpenSettings& settings = {});
void run_or_fail(Driver& driver, std::string_view script);
std::string cell(Driver& driver, std::string_view sql);  // first value of the first row, as text

}  // namespace backstay::db::test
