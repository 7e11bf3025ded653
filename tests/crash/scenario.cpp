#include "tests/crash/scenario.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

#include "native-plugin/apply/engine.hpp"
#include "native-plugin/db/driver.hpp"
#include "native-plugin/fs/digest.hpp"
#include "native-plugin/fs/faults.hpp"
#include "native-plugin/fs/folder.hpp"
#include "native-plugin/journal/journal.hpp"
#include "tests/crash/power_cut.hpp"

namespace backstay::crash {
namespace {

namespace files = std::filesystem;
using nlohmann::json;

void write(const files::path& path, std::string_view text) {
  files::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

std::string read(const files::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

[[noreturn]] void give_up(const std::string& why) {
  std::cerr << "crash tests: " << why << "\n";
  std::exit(2);
}

std::unique_ptr<db::Driver> open(const Scenario& scenario) {
  db::OpenSettings settings;
  settings.create = true;
  auto driver = db::open_driver(scenario.database, settings);
  if (!driver.ok()) give_up("database: " + driver.error().message);
  return std::move(driver.value());
}

constexpr std::string_view old_rows =
    "DROP VIEW IF EXISTS \"UsrOrders\"; DROP TABLE IF EXISTS \"Contact\"; DROP TABLE IF EXISTS \"UsrTier\";"
    "CREATE TABLE \"Contact\"(\"Id\" integer PRIMARY KEY, \"Name\" varchar(50), \"Points\" integer NOT NULL DEFAULT 0);"
    "CREATE VIEW \"UsrOrders\" AS SELECT \"Id\" FROM \"Contact\";";

void add_script(const files::path& package, const std::string& name, int phase, const std::string& sql) {
  const files::path folder = package / "SqlScripts" / name;
  write(folder / (name + ".sql"), sql);
  const std::string id = plugin::sha256(name);
  const std::string uid = id.substr(0, 8) + "-" + id.substr(8, 4) + "-4" + id.substr(13, 3) + "-8" + id.substr(17, 3) + "-" + id.substr(20, 12);
  write(folder / "descriptor.json", json({{"SqlScript", {{"UId", uid}, {"Name", name}, {"DBEngineType", 2}, {"InstallType", phase},
    {"ModifiedOnUtc", "/Date(1704103200000)/"}, {"BackwardCompatibilityConfirmed", true}, {"DependsOn", json::array()}}}}).dump());
}

void add_schema(const files::path& package, const std::string& name, const std::string& text) {
  const std::string id = plugin::sha256(name);
  const std::string uid = id.substr(0, 8) + "-" + id.substr(8, 4) + "-4" + id.substr(13, 3) + "-8" + id.substr(17, 3) + "-" + id.substr(20, 12);
  write(package / "Schemas" / name / "descriptor.json", json({{"Descriptor", {{"UId", uid}, {"Name", name}, {"ManagerName", "ClientUnitSchemaManager"},
    {"ModifiedOnUtc", "/Date(1704103200000)/"}, {"DependsOn", json::array()}}}}).dump());
  write(package / "Schemas" / name / (name + ".js"), text);
}

void describe_package(const files::path& package, const std::string& id) {
  write(package / "descriptor.json", json({{"Descriptor", {{"UId", id}, {"PackageVersion", "1.1.0"}, {"Name", package.filename().string()}, {"Type", 0},
    {"ModifiedOnUtc", "/Date(1704103200000)/"}, {"Maintainer", "Customer"}, {"DependsOn", json::array()}}}}).dump());
}

void build_package(const files::path& package, const Scenario& scenario) {
  describe_package(package, "a41c4041-e45d-5cd6-9ec8-c50af49fe619");
  add_script(package, "UsrTierTable", 0, "CREATE TABLE \"UsrTier\"(\"Id\" integer PRIMARY KEY, \"Name\" varchar(20));\nINSERT INTO \"UsrTier\" VALUES (1, 'gold'), (2, 'silver');\n");
  add_script(package, "UsrPoints", 1, "UPDATE \"Contact\" SET \"Points\" = \"Points\" + 10 WHERE \"Id\" <= 3;\n" + scenario.slow + "DELETE FROM \"Contact\" WHERE \"Id\" = 5;\n");
  add_script(package, "UsrView", 1, "DROP VIEW IF EXISTS \"UsrOrders\";\nCREATE VIEW \"UsrOrders\" AS SELECT \"Id\", \"Name\" FROM \"Contact\";\n");
  if (scenario.step_fails) add_script(package, "UsrWrong", 2, "UPDATE \"Contact\" SET \"Points\" = 1;\nINSERT INTO \"NoSuchTable\" VALUES (1);\n");
  add_schema(package, "UsrPage", "define('UsrPage', [], function() { return 2; });\n");
  add_schema(package, "UsrOther", "define('UsrOther', [], function() { return 1; });\n");
  for (int i = 0; i < scenario.more_elements; ++i) add_schema(package, "UsrMore" + std::to_string(i), "define('more', [], function() { return " + std::to_string(i) + "; });\n");
}

// In the modes that commit more than once, so that there is something between.
void build_second_package(const files::path& package) {
  describe_package(package, "b41c4041-e45d-5cd6-9ec8-c50af49fe61a");
  add_script(package, "UsrSecondPoints", 1, "UPDATE \"Contact\" SET \"Points\" = \"Points\" + 100 WHERE \"Id\" = 2;\nINSERT INTO \"Contact\" VALUES (20, 'added', 5);\n");
  add_schema(package, "UsrSecond", "define('UsrSecond', [], function() { return 1; });\n");
}

std::string rows_of(db::Driver& driver, const std::string& sql) {
  auto rows = driver.query(sql);
  if (!rows.ok()) return "! " + rows.error().message + "\n";
  std::string text;
  for (const db::Row& row : rows.value().rows) {
    for (const db::Value& value : row) text += (value.is_null() ? "NULL" : value.text()) + "|";
    text += "\n";
  }
  return text;
}

std::string database_state(const Scenario& scenario) {
  auto driver = open(scenario);
  std::string text;
  const bool is_sqlite = driver->info().engine == db::Engine::sqlite;
  const std::string schema = is_sqlite
      ? "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'backstay%' AND name NOT LIKE 'sqlite_%' AND tbl_name NOT LIKE 'backstay%' ORDER BY type, name"
      : "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, ordinal_position";
  text += rows_of(*driver, schema);
  const std::string prefix = is_sqlite ? "" : "public.";
  for (const char* name : {"Contact", "UsrTier"}) text += std::string(name) + "\n" + rows_of(*driver, "SELECT * FROM " + prefix + "\"" + name + "\" ORDER BY 1");
  return text;
}

std::string elements_state(const Scenario& scenario) {
  std::map<std::string, std::string> elements;
  const files::path root = scenario.folder + "/store";
  for (auto entry = files::recursive_directory_iterator(root); entry != files::recursive_directory_iterator(); ++entry) {
    if (entry->path().filename() == ".backstay") entry.disable_recursion_pending();
    if (entry->is_regular_file()) elements[files::relative(entry->path(), root).string()] = plugin::sha256(read(entry->path()));
    else if (entry->is_directory() && entry->path().filename() != ".backstay") elements[files::relative(entry->path(), root).string()] = "folder";
  }
  std::string text;
  for (const auto& element : elements) text += element.first + " " + element.second + "\n";
  return text;
}

}  // namespace

std::string Scenario::config() const {
  return json({{"store", {{"dir", folder + "/store"}}}, {"state_dir", folder + "/" + state}, {"database", database}, {"environment_id", "crash"}, {"user", "tester"}, {"host", "here"}}).dump();
}

void build(const Scenario& scenario) {
  files::remove_all(scenario.folder);
  files::create_directories(scenario.folder);
  build_package(scenario.folder + "/package/UsrCrash", scenario);
  if (scenario.mode != "whole") build_second_package(scenario.folder + "/package/UsrCrashSecond");
  write(scenario.folder + "/store/UsrCrash/Schemas/UsrPage/UsrPage.js", "define('UsrPage', [], function() { return 1; });\n");
  write(scenario.folder + "/store/Kept/file.txt", "untouched\n");
  auto driver = open(scenario);
  if (driver->info().engine == db::Engine::postgresql) {
    if (auto dropped = driver->execute("DROP SCHEMA IF EXISTS backstay CASCADE; DROP SCHEMA IF EXISTS backstay_capture CASCADE"); !dropped.ok()) give_up(dropped.error().message);
  }
  db::RunOptions options;
  std::string sql(old_rows);
  for (int i = 1; i <= 8; ++i) sql += "INSERT INTO \"Contact\" VALUES (" + std::to_string(i) + ", 'contact " + std::to_string(i) + "', " + std::to_string(i * i) + ");";
  const db::ScriptOutcome made = driver->run(sql, options);
  if (!made.ok()) give_up("the old rows: " + made.error->message);
}

std::string params_of(const Scenario& scenario, const Run& what) {
  if (!what.params.empty()) return what.params;
  if (what.kind != "apply") return "{}";
  json inputs = {scenario.folder + "/package/UsrCrash"};
  if (scenario.mode != "whole") inputs.push_back(scenario.folder + "/package/UsrCrashSecond");
  return json({{"inputs", inputs}, {"mode", scenario.mode}}).dump();
}

std::string report_of(const Scenario& scenario, const Run& what) {
  plugin::ProblemDocument problem;
  std::string report;
  if (auto engine = plugin::Engine::open(scenario.config(), {}, problem)) {
    using Kind = plugin::OperationKind;
    const Kind kind = what.kind == "apply" ? Kind::apply : what.kind == "restore" ? Kind::restore : Kind::recover;
    if (auto operation = engine->operation(kind, params_of(scenario, what), problem)) report = operation->run().json;
  }
  return report.empty() ? json({{"exit_code", 6}, {"problem", json::parse(problem.json, nullptr, false)}}).dump() : report;
}

int start(const Scenario& scenario, const Run& what, const std::function<void()>& before) {
  const pid_t child = fork();
  if (child != 0) return child;
  const std::string answer = scenario.folder + "/answer-" + std::to_string(getpid()) + ".json";
  plugin::faults::arm({what.kill_at, what.error_at, what.error});
  if (!what.shadow.empty()) power::record(scenario.folder, what.shadow);
  if (before) before();
  std::string report;
  try {
    report = report_of(scenario, what);
  } catch (const std::bad_alloc&) {
    report = "{\"exit_code\": 6}";  // as the interface to a host answers (abi/fence.hpp)
  }
  json document = json::parse(report, nullptr, false);
  document["points"] = plugin::faults::passed();
  write(answer, document.dump());
  _exit(0);
}

Ended finish(const Scenario& scenario, int process) {
  int status = 0;
  waitpid(process, &status, 0);
  Ended ended;
  ended.was_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  if (WIFSIGNALED(status) && !ended.was_killed) ended.signal = WTERMSIG(status);
  const std::string answer = scenario.folder + "/answer-" + std::to_string(process) + ".json";
  ended.report = read(answer);
  files::remove(answer);
  const json document = json::parse(ended.report, nullptr, false);
  if (document.is_object()) {
    ended.exit_code = document.value("exit_code", -1);
    ended.points = document.value("points", 0ul);
  }
  return ended;
}

Ended run(const Scenario& scenario, const Run& what) {
  Ended ended = finish(scenario, start(scenario, what));
  if (ended.signal != 0) give_up("the child ended by signal " + std::to_string(ended.signal));
  return ended;
}

std::string fingerprint(const Scenario& scenario) { return database_state(scenario) + "--\n" + elements_state(scenario); }

std::string end_of(const Scenario& scenario, const std::string& kind) {
  const std::string state = scenario.folder + "/" + scenario.state;
  auto folder = plugin::fs::Folder::open(state, false);
  if (!folder.ok() || !files::exists(state + "/journal.db")) return "";
  auto journal = plugin::Journal::open(folder.value(), false);
  if (!journal.ok()) return "";
  std::vector<std::string> ends;
  const auto operations = journal.value().operations();
  for (const auto& row : operations.value()) {
    if (row.kind == kind) ends.push_back(row.state);
  }
  return ends.size() == 1 ? ends.front() : "";
}

std::vector<std::string> left_over(const Scenario& scenario, bool waits_for_decision) {
  std::vector<std::string> wrong;
  const std::string state = scenario.folder + "/" + scenario.state;
  auto folder = plugin::fs::Folder::open(state, false);
  if (!folder.ok()) return wrong;  // killed before there was one
  if (!waits_for_decision && files::exists(state + "/maintenance.json")) wrong.push_back("users are still locked out");
  for (const char* name : {"ops", "scratch"}) {
    const auto entries = folder.value().list(name);
    if (entries.ok() && !entries.value().empty() && !waits_for_decision) wrong.push_back(std::string(name) + " still holds " + entries.value().front().name);
  }
  const auto backups = folder.value().list("backups");
  for (const auto& entry : backups.value()) {
    if (entry.name.find(".tmp-") != std::string::npos) wrong.push_back("temporary file " + entry.name);
  }
  if (files::exists(state + "/journal.db")) {
    auto journal = plugin::Journal::open(folder.value(), false);
    if (!journal.ok()) {
      wrong.push_back(journal.error().message);
    } else {
      const auto open_operations = journal.value().unfinished();
      for (const auto& row : open_operations.value()) {
        if (!waits_for_decision) wrong.push_back("operation " + row.op_id + " stands in " + row.state);
      }
    }
  }
  std::map<std::string, std::set<std::string>> events;
  const auto outbox = folder.value().list("outbox");
  for (const auto& entry : outbox.value()) {
    if (!entry.name.ends_with(".json")) continue;
    const json event = json::parse(read(state + "/" + entry.name), nullptr, false);
    if (!event.is_object()) wrong.push_back("damaged event " + entry.name);
    else if (!events[event.value("op_id", "")].insert(event.value("event", event.value("kind", entry.name))).second) wrong.push_back("an event twice");
  }
  if (!waits_for_decision) {
    auto driver = open(scenario);
    const bool is_sqlite = driver->info().engine == db::Engine::sqlite;
    const std::string ours = rows_of(*driver, is_sqlite ? "SELECT name FROM sqlite_master WHERE name IN ('backstay_op', 'backstay_step', 'backstay_cap')"
                                                       : "SELECT nspname FROM pg_namespace WHERE nspname ~ '^backstay'");
    if (!ours.empty()) wrong.push_back("witness tables or captured rows: " + ours);
  }
  return wrong;
}

}  // namespace backstay::crash
