#include "tests/abi/hosts/environment.hpp"

#include <sqlite3.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace {

namespace fs = std::filesystem;

constexpr const char* element_key = "UsrProbe/Schemas/UsrProbePage/UsrProbePage.js";

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

// A script for "PostgreSQL" that SQLite takes too.
void write_script(const fs::path& package, const std::string& name, const std::string& uid, const std::string& sql) {
  const fs::path folder = package / "SqlScripts" / name;
  write(folder / (name + ".sql"), sql);
  write(folder / "descriptor.json", R"({"SqlScript":{"UId":")" + uid + R"(","Name":")" + name +
                                        R"(","DBEngineType":2,"InstallType":1,"ModifiedOnUtc":"\/Date(1704103200000)\/","BackwardCompatibilityConfirmed":true,"DependsOn":[]}})");
}

void write_package(const fs::path& package) {
  write(package / "descriptor.json",
        R"({"Descriptor":{"UId":"a41c4041-e45d-5cd6-9ec8-c50af49fe600","PackageVersion":"1.0.0.0","Name":"UsrProbe","Type":1,"ModifiedOnUtc":"\/Date(1704103200000)\/","Maintainer":"Backstay","DependsOn":[]}})");
  write_script(package, "UsrProbeView", "573ff599-429c-5f3a-8cd0-0101ca91e401",
               "DROP VIEW IF EXISTS \"UsrVwContact\";\nCREATE VIEW \"UsrVwContact\" AS SELECT \"Id\", \"Name\" FROM \"Contact\";\n");
  const fs::path page = package / "Schemas" / "UsrProbePage";
  write(page / "UsrProbePage.js", "define(\"UsrProbePage\", [], function() { return {}; });\n");
  write(page / "descriptor.json",
        R"({"Descriptor":{"UId":"4f0b1ac3-df21-5937-aa73-95c8538a8601","Name":"UsrProbePage","ModifiedOnUtc":"\/Date(1704103200000)\/","ManagerName":"ClientUnitSchemaManager","Caption":"Probe","DependsOn":[]}})");
  write(page / "metadata.json", "{}");
  write(page / "properties.json", "[]");
}

}  // namespace

Environment::Environment() {
  char name[] = "/tmp/backstay-host-XXXXXX";
  path_ = ::mkdtemp(name);
  fs::create_directories(path_ + "/store");
  write_package(path_ + "/UsrProbe");
  sqlite3* database = nullptr;
  ::sqlite3_open((path_ + "/crm.db").c_str(), &database);
  ::sqlite3_exec(database, "CREATE TABLE \"Contact\"(\"Id\" INTEGER PRIMARY KEY, \"Name\" TEXT);INSERT INTO \"Contact\" VALUES(1,'Ada')", nullptr, nullptr, nullptr);
  ::sqlite3_close(database);
}

Environment::~Environment() { fs::remove_all(path_); }

std::string Environment::config() const {
  return R"({"database":"sqlite:)" + path_ + R"(/crm.db","store":{"dir":")" + path_ + R"(/store"}})";
}

std::string Environment::apply_params() const { return R"({"inputs":[")" + path_ + R"(/UsrProbe"]})"; }

std::string Environment::database_side() const {
  sqlite3* database = nullptr;
  sqlite3_stmt* statement = nullptr;
  std::string side = "unreadable";
  if (::sqlite3_open_v2((path_ + "/crm.db").c_str(), &database, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK &&
      ::sqlite3_prepare_v2(database, "SELECT count(*) FROM sqlite_master WHERE name = 'UsrVwContact'", -1, &statement, nullptr) == SQLITE_OK &&
      ::sqlite3_step(statement) == SQLITE_ROW) {
    side = ::sqlite3_column_int(statement, 0) == 1 ? "new" : "old";
  }
  ::sqlite3_finalize(statement);
  ::sqlite3_close(database);
  return side;
}

std::string Environment::folder_side() const { return fs::exists(path_ + "/store/" + element_key) ? "new" : "old"; }

std::string MemoryStore::side() const {
  for (const auto& [key, content] : elements) {
    if (key.find("UsrProbePage.js") != std::string::npos) return "new";
  }
  return "old";
}
