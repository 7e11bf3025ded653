// Disturbances from outside, where no fault point stands: README.md.
//
//   crash_disturb lost       --folder DIR --database URL [--cuts N]      the connection ends after so many bytes (PostgreSQL)
//   crash_disturb twice      --folder DIR [--database URL] [--rounds N]  two processes apply the same package
//   crash_disturb statement  --folder DIR --database URL [--rounds N]    killed while the server runs a statement (PostgreSQL)
//   crash_disturb memory     --folder DIR [--count N]                    the n-th allocation fails
//   crash_disturb small-disk --folder DIR [--count N]                    the file system fills up; 77 where none can be mounted
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <random>
#include <thread>

#include "tests/crash/allocations.hpp"
#include "tests/crash/cutting_proxy.hpp"
#include "tests/crash/judge.hpp"

namespace {

using namespace backstay::crash;

struct Options {
  std::string folder = "/tmp/backstay-disturb", database;
  unsigned long count = 20, seed = 1;
  bool expects_wrong = false;
};

Ended recover(const Scenario& scenario) { return run(scenario, {"recover", "", 0, 0, 0, ""}); }

Totals lose_connection(const Scenario& scenario, const Options& options) {
  Totals totals;
  const std::string sockets = options.folder + "-socket";
  std::filesystem::create_directories(sockets);
  for (const char* kind : {"apply", "restore"}) {
    Ended whole;
    const Side side = sides(scenario, kind, whole);
    prepare(scenario, kind);
    Scenario through = scenario;
    CuttingProxy uncut(scenario.database, sockets, {});
    through.database = uncut.url();
    run(through, {kind, "", 0, 0, 0, ""});
    const Cut all = uncut.passed();
    std::cout << kind << ": " << all.to_server << " bytes to the server, " << all.to_client << " back\n";
    if (all.to_server < 1000 || fingerprint(scenario) != side.after) complain(totals, kind, "the proxy does not let everything through");
    for (unsigned long i = 0; i < 2 * options.count; ++i) {
      const bool is_upwards = i % 2 == 0;
      // Half of them among the last bytes, where the commit and its answer are.
      const std::uint64_t total = is_upwards ? all.to_server : all.to_client;
      const std::uint64_t at = i % 4 < 2 ? 1 + total * (i / 4) / (options.count / 2 + 1) : total - std::min<std::uint64_t>(total - 1, 1 + (i / 4) * 97);
      prepare(scenario, kind);
      CuttingProxy proxy(scenario.database, sockets, is_upwards ? Cut{at, UINT64_MAX} : Cut{UINT64_MAX, at});
      through.database = proxy.url();
      const Ended ended = run(through, {kind, "", 0, 0, 0, ""});
      (void)proxy.passed();
      const std::string what = std::string(kind) + ", connection lost " + std::to_string(at) + " bytes " + (is_upwards ? "up" : "down") + " (ended with " + std::to_string(ended.exit_code) + ")";
      if (ended.exit_code < 0) complain(totals, what, "no report");
      judge(scenario, side, what, recover(scenario), totals);
      if (ended.exit_code == 0 && fingerprint(scenario) != side.after) complain(totals, what, "it had ended with success");
    }
  }
  std::filesystem::remove_all(sockets);
  return totals;
}

// From one host, which has one state directory, and from two, which only the database keeps apart.
Totals apply_twice(const Scenario& scenario, const Options& options) {
  Totals totals;
  Ended whole;
  const Side side = sides(scenario, "apply", whole);
  for (unsigned long i = 0; i < options.count; ++i) {
    Scenario other = scenario;
    if (i % 2 == 1) other.state = "state-of-another";
    prepare(scenario, "apply");
    const std::string what = std::string("applied twice, ") + (i % 2 ? "two hosts" : "one host") + ", round " + std::to_string(i);
    const int first = start(scenario, {"apply", "", 0, 0, 0, ""});
    // A later start each time: from the same moment to behind the end.
    std::this_thread::sleep_for(std::chrono::milliseconds(i * 8));
    const Ended second = finish(other, start(other, {"apply", "", 0, 0, 0, ""}));
    const Ended one = finish(scenario, first);
    for (const Ended* ended : {&one, &second}) {
      // A second host may have planned before the first was done: its script finds the table there, and is taken back.
      const bool is_rolled_back = i % 2 == 1 && ended->exit_code == 4;
      if (ended->exit_code != 0 && ended->exit_code != 6 && !is_rolled_back) complain(totals, what, "ended with " + std::to_string(ended->exit_code) + ": " + ended->report);
    }
    if (one.exit_code != 0 && second.exit_code != 0) complain(totals, what, "neither applied");
    const Ended recovered = recover(scenario), recovered_other = recover(other);
    if (recovered.exit_code != 0 || recovered_other.exit_code != 0) complain(totals, what, "one of them left something");
    // Of two hosts, only the journal of the one that applied says so.
    const bool is_first = one.exit_code == 0;
    judge(is_first ? scenario : other, side, what, is_first ? recovered : recovered_other, totals);
    if (fingerprint(scenario) != side.after) complain(totals, what, "not applied, or more than once");
  }
  return totals;
}

Totals kill_in_statement(Scenario scenario, const Options& options) {
  Totals totals;
  std::mt19937_64 chance(options.seed);
  // A long statement of our own session, one that the server goes on with by itself, and one that changes rows.
  const char* statements[] = {"SELECT pg_sleep(0.6);\n", "DO $$ BEGIN PERFORM pg_sleep(0.3); UPDATE \"Contact\" SET \"Points\" = \"Points\" + 1 WHERE \"Id\" = 1; PERFORM pg_sleep(0.3); END $$;\n",
                              "UPDATE \"Contact\" SET \"Points\" = \"Points\" + 1 WHERE \"Id\" = 2 AND pg_sleep(0.6)::text = '';\n"};
  for (const char* statement : statements) {
    scenario.slow = statement;
    Ended whole;
    const Side side = sides(scenario, "apply", whole);
    for (unsigned long i = 0; i < options.count; ++i) {
      prepare(scenario, "apply");
      const int process = start(scenario, {"apply", "", 0, 0, 0, ""});
      const auto wait = std::chrono::milliseconds(60 + chance() % 800);
      std::this_thread::sleep_for(wait);
      kill(process, SIGKILL);
      (void)finish(scenario, process);
      const std::string what = "killed after " + std::to_string(wait.count()) + " ms in " + statement;
      judge(scenario, side, what, recover(scenario), totals);
      // What the dead client's session still did would show now.
      const std::string settled = fingerprint(scenario);
      std::this_thread::sleep_for(std::chrono::milliseconds(i % 4 == 0 ? 1000 : 50));
      if (fingerprint(scenario) != settled) complain(totals, what, "something went on behind the recovery");
    }
  }
  return totals;
}

Totals run_out_of_memory(const Scenario& scenario, const Options& options) {
  Totals totals;
  for (const char* kind : {"apply", "restore"}) {
    Ended whole;
    const Side side = sides(scenario, kind, whole);
    prepare(scenario, kind);
    const std::string counted = scenario.folder + "/allocations";
    finish(scenario, start(scenario, {kind, "", 0, 0, 0, ""}, [&] {
      allocations::fail_at(0);
      allocations::report_to(counted);
    }));
    unsigned long all = 0;
    std::ifstream(counted) >> all;
    std::cout << kind << ": " << all << " allocations\n";
    if (all == 0) complain(totals, kind, "no allocation was counted");
    unsigned long aborted = 0;
    for (unsigned long i = 0; i < options.count; ++i) {
      const unsigned long n = 1 + all * i / options.count + i % 3;
      prepare(scenario, kind);
      const Ended ended = finish(scenario, start(scenario, {kind, "", 0, 0, 0, ""}, [&] { allocations::fail_at(n); }));
      const std::string what = std::string(kind) + ", allocation " + std::to_string(n) + " fails (ended with " + std::to_string(ended.exit_code) + ")";
      // Libraries end the process where they promise not to throw (a directory's next entry, a JSON value's end):
      // that is a crash like any other, and the recovery is judged. A pointer to nothing is a fault of ours.
      if (ended.signal == SIGABRT) ++aborted;
      else if (ended.signal != 0) complain(totals, what, "ended by signal " + std::to_string(ended.signal));
      judge(scenario, side, what, recover(scenario), totals);
    }
    std::cout << kind << ": " << aborted << " of " << options.count << " ended the process\n";
  }
  return totals;
}

// A file system of our own, in a name space of our own, so that nobody else sees it.
bool mount_small(const std::string& folder, const std::string& size, bool again) {
  const unsigned long flags = again ? MS_REMOUNT : 0;
  return mount("backstay", folder.c_str(), "tmpfs", flags, ("size=" + size).c_str()) == 0;
}

bool enter_name_space() {
  const auto uid = getuid(), gid = getgid();
  if (unshare(CLONE_NEWNS | (uid == 0 ? 0 : CLONE_NEWUSER)) != 0) return false;
  if (uid != 0) {
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream("/proc/self/uid_map") << "0 " << uid << " 1";
    std::ofstream("/proc/self/gid_map") << "0 " << gid << " 1";
  }
  return mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

// Returns nothing where such a file system cannot be had.
std::optional<Totals> fill_disk(Scenario scenario, const Options& options) {
  Totals totals;
  std::filesystem::create_directories(options.folder);
  if (!enter_name_space() || !mount_small(options.folder, "64m", false)) return std::nullopt;
  scenario.folder = options.folder + "/on";
  scenario.database = "sqlite:" + scenario.folder + "/db.sqlite";
  for (const char* kind : {"apply", "restore"}) {
    Ended whole;
    const Side side = sides(scenario, kind, whole);
    for (unsigned long i = 0; i < options.count; ++i) {
      prepare(scenario, kind);
      std::uint64_t used = 0;
      for (const auto& entry : std::filesystem::recursive_directory_iterator(options.folder)) used += entry.is_regular_file() ? (entry.file_size() + 4095) / 4096 * 4096 : 4096;
      // From no room at all to a little more than it takes, in pages.
      const std::uint64_t size = used / 4096 * 4096 + i * (kind == std::string("apply") ? 1600u << 10 : 400u << 10) / options.count / 4096 * 4096;
      if (!mount_small(options.folder, std::to_string(size), true)) {
        complain(totals, kind, "the file system cannot be made smaller");
        continue;
      }
      const Ended ended = run(scenario, {kind, "", 0, 0, 0, ""});
      const Ended early = recover(scenario);  // with no room yet; whatever it does, a later one has to do it
      mount_small(options.folder, "64m", true);
      const std::string what = std::string(kind) + " on a disk of " + std::to_string(size >> 10) + " KiB (ended with " + std::to_string(ended.exit_code) + ", " + std::to_string(early.exit_code) + ")";
      judge(scenario, side, what, recover(scenario), totals);
    }
  }
  umount2(options.folder.c_str(), MNT_DETACH);
  return totals;
}

}  // namespace

int main(int count, char** words) {
  Options options;
  const std::string which = count > 1 ? words[1] : "";
  for (int i = 2; i < count; ++i) {
    const std::string word = words[i];
    const auto value = [&] { return i + 1 < count ? std::string(words[++i]) : std::string(); };
    if (word == "--folder") options.folder = value();
    else if (word == "--database") options.database = value();
    else if (word == "--count" || word == "--rounds" || word == "--cuts") options.count = std::stoul(value());
    else if (word == "--seed") options.seed = std::stoul(value());
    else if (word == "--expect-wrong") options.expects_wrong = true;
    else {
      std::cerr << "unknown option " << word << "\n";
      return 2;
    }
  }
  Scenario scenario;
  scenario.folder = options.folder;
  // As tests/support/with_postgres.sh names it.
  if (options.database == "postgresql") options.database = std::getenv("BACKSTAY_PG_URL") ? std::getenv("BACKSTAY_PG_URL") : "";
  scenario.database = options.database.empty() ? "sqlite:" + options.folder + "/db.sqlite" : options.database;
  std::optional<Totals> totals;
  if (which == "lost") totals = lose_connection(scenario, options);
  else if (which == "twice") totals = apply_twice(scenario, options);
  else if (which == "statement") totals = kill_in_statement(scenario, options);
  else if (which == "memory") totals = run_out_of_memory(scenario, options);
  else if (which == "small-disk") {
    totals = fill_disk(scenario, options);
    if (!totals) {
      std::cerr << "no file system can be mounted here\n";
      return 77;
    }
  } else {
    std::cerr << "which disturbance?\n";
    return 2;
  }
  std::filesystem::remove_all(options.folder);
  return conclude(*totals, options.expects_wrong);
}
