// Jobs, maintenance, window, retention and changelog.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "native-plugin/services/built_in.hpp"
#include "native-plugin/services/changelog.hpp"
#include "native-plugin/services/job_files.hpp"
#include "native-plugin/services/maintenance_file.hpp"
#include "native-plugin/services/retention.hpp"
#include "native-plugin/services/window.hpp"
#include "tests/abi/services/temporary_folder.hpp"

using namespace backstay::plugin;

namespace {

// The id of a process that has just ended.
pid_t gone_process() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  return child;
}

}  // namespace

TEST_CASE("job files: no folder is not checked, an empty one is none") {
  const TemporaryFolder folder;
  JobFiles jobs(folder.open());
  std::vector<Job> running;
  bool checked = true;
  REQUIRE(jobs.running(running, checked).ok());
  CHECK_FALSE(checked);
  CHECK(jobs.hold_new(true).ok());
  CHECK_FALSE(folder.open().exists("jobs").value());
  REQUIRE(folder.open().make_folder("jobs").ok());
  REQUIRE(jobs.running(running, checked).ok());
  CHECK(checked);
  CHECK(running.empty());
  CHECK(jobs.hold_new(true).ok());
  CHECK(folder.open().exists("jobs/hold").value());
  CHECK(jobs.hold_new(false).ok());
  CHECK(jobs.hold_new(false).ok());
  CHECK_FALSE(folder.open().exists("jobs/hold").value());
}

TEST_CASE("job files: which markers count") {
  const TemporaryFolder folder;
  const auto files = folder.open();
  REQUIRE(files.write("jobs/alive.json", R"({"kind":"import","pid":)" + std::to_string(::getpid()) + R"(,"table":"Contact"})").ok());
  REQUIRE(files.write("jobs/dead.json", R"({"kind":"import","pid":)" + std::to_string(gone_process()) + "}").ok());
  REQUIRE(files.write("jobs/export.json", R"({"kind":"export"})").ok());
  REQUIRE(files.write("jobs/forced.json", R"({"kind":"export","blocks":true})").ok());
  REQUIRE(files.write("jobs/torn.json", R"({"kind":"imp)").ok());
  REQUIRE(files.write("jobs/note.txt", "no marker").ok());
  std::vector<Job> running;
  bool checked = false;
  REQUIRE(JobFiles(folder.open()).running(running, checked).ok());
  REQUIRE(running.size() == 4);
  CHECK(running[0].id == "alive");
  CHECK(running[0].blocks);
  CHECK(running[0].table == "Contact");
  CHECK_FALSE(running[1].blocks);
  CHECK(running[2].blocks);
  CHECK(running[3].blocks);  // cannot be read: may be a job
}

TEST_CASE("maintenance file: held by one operation, entered and left as often as one likes") {
  const TemporaryFolder folder;
  MaintenanceFile maintenance(folder.open());
  std::string holder = "?";
  REQUIRE(maintenance.holder(holder).ok());
  CHECK(holder.empty());
  CHECK(maintenance.leave("op-1", "{}").ok());
  REQUIRE(maintenance.enter("op-1", R"({"op_id":"op-1"})").ok());
  CHECK(maintenance.enter("op-1", R"({"op_id":"op-1"})").ok());
  CHECK(maintenance.enter("op-2", R"({"op_id":"op-2"})").status == BACKSTAY_E_LOCKED);
  CHECK(maintenance.leave("op-2", "{}").ok());
  REQUIRE(maintenance.holder(holder).ok());
  CHECK(holder == "op-1");
  REQUIRE(maintenance.leave("op-1", "{}").ok());
  REQUIRE(maintenance.holder(holder).ok());
  CHECK(holder.empty());
  REQUIRE(folder.open().write("maintenance.json", "by hand").ok());
  CHECK(maintenance.enter("op-1", "{}").status == BACKSTAY_E_LOCKED);
}

TEST_CASE("built-ins fill what a host leaves out") {
  const TemporaryFolder folder;
  Services services;
  REQUIRE(add_built_ins(services, folder.open()).ok());
  CHECK(services.jobs->name() == "files");
  CHECK(services.maintenance->name() == "file");
  CHECK(services.clock->now_ms() > 1'700'000'000'000);
  unsigned char bytes[2][16] = {};
  CHECK(services.clock->random(bytes[0], 16).ok());
  CHECK(services.clock->random(bytes[1], 16).ok());
  CHECK(std::string(reinterpret_cast<char*>(bytes[0]), 16) != std::string(reinterpret_cast<char*>(bytes[1]), 16));
  services.log->progress("apply", 1, 2, "");
  CHECK_FALSE(services.store);
  CHECK_FALSE(services.notifier);
}

TEST_CASE("window: one row per moment and window") {
  struct Row {
    const char* window;
    std::int64_t now_s, needed_s;
    const char* expected;
  };
  // 2026-07-01T22:00:00Z is 1782943200.
  static constexpr Row rows[] = {
      {"{}", 0, 0, "open"},
      {R"({"not_before":"2026-07-01T22:00:00Z"})", 1782943199, 0, "early"},
      {R"({"not_before":"2026-07-01T22:00:00Z"})", 1782943200, 0, "open"},
      {R"({"not_before":"2026-07-02T00:00:00+02:00"})", 1782943200, 0, "open"},
      {R"({"not_after":"2026-07-01T22:00:00Z"})", 1782943200, 0, "open"},
      {R"({"not_after":"2026-07-01T22:00:00Z"})", 1782943201, 0, "late"},
      {R"({"not_after":"2026-07-01T22:00:00Z"})", 1782943100, 101, "late"},
      {R"({"not_after":"2026-07-01T22:00:00Z","min_remaining_s":101})", 1782943100, 0, "late"},
      {R"({"not_after":"2026-07-01T22:00:00Z","min_remaining_s":100})", 1782943100, 100, "open"},
      {R"({"not_after":"22:00"})", 0, 0, "error"},
      {R"({"not_after":5})", 0, 0, "error"},
      {R"({"until":"2026-07-01T22:00:00Z"})", 0, 0, "error"},
      {R"({"min_remaining_s":-1})", 0, 0, "error"},
      {R"({"on_overrun":"stop"})", 0, 0, "error"},
      {R"({"not_before":"2026-07-01T22:00:00Z","not_after":"2026-07-01T21:00:00Z"})", 0, 0, "error"},
      {R"([])", 0, 0, "error"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.window);
    const auto document = backstay::parse_json(row.window, "");
    REQUIRE(document.ok());
    const auto window = read_window(document.value().root);
    std::string answer = "error";
    if (window.ok()) {
      const WindowState state = window_at(window.value(), row.now_s * 1000, row.needed_s * 1000);
      answer = state == WindowState::open ? "open" : state == WindowState::too_early ? "early" : "late";
    }
    CHECK(answer == row.expected);
  }
}

TEST_CASE("retention: old ones go, but never the last, the pinned, the needed") {
  constexpr std::int64_t day = 24 * 3600 * 1000;
  std::vector<KeptBackup> backups;
  for (int i = 0; i < 14; ++i) backups.push_back({"b" + std::to_string(i), i * day, false, false});
  const RetentionPolicy policy{30 * day, 10};
  CHECK(expired_backups(backups, policy, 31 * day + 1) == std::vector<std::string>{"b0", "b1"});
  CHECK(expired_backups(backups, policy, 1000 * day) == std::vector<std::string>{"b0", "b1", "b2", "b3"});
  CHECK(expired_backups(backups, policy, 5 * day).empty());
  backups[1].is_pinned = true;
  backups[2].is_needed = true;
  CHECK(expired_backups(backups, policy, 1000 * day) == std::vector<std::string>{"b0", "b3"});
  CHECK(expired_backups({}, policy, 1000 * day).empty());
}

TEST_CASE("changelog: a spreadsheet finds no formula in it") {
  const std::vector<ChangelogEntry> entries = {
      {7, "guid", "CRM", "=HYPERLINK(\"x\")", "table", "MOD", "2026-07-01T22:05:31Z", "@admin", "op", "", "ab"},
      {8, "guid", "", "  +1, \"two\"", "view", "DEL", "", "", "op", "cd", ""},
  };
  CHECK(changelog_csv(entries) ==
        "Rev,Resource ID,App Name,Resource Name,Resource Type,Revision Type,When,Who,Operation,Before,After\r\n"
        "7,guid,CRM,\"'=HYPERLINK(\"\"x\"\")\",table,MOD,2026-07-01T22:05:31Z,'@admin,op,,ab\r\n"
        "8,guid,,\"'  +1, \"\"two\"\"\",view,DEL,,,op,cd,\r\n");
  CHECK(backstay::parse_json(changelog_json(entries), "").ok());
}
