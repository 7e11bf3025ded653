// Kills an apply at every fault point, recovers, and demands the old environment, the new one, or a named state.
//
//   crash_sweep --folder DIR [--database URL] [--mode whole|per-package|per-step] [--elements N] [--every N] [--from K] [--pairs N]
//               [--errors] [--power] [--seed S] [--only-apply] [--expect-wrong]
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>

#include "tests/crash/judge.hpp"
#include "tests/crash/power_cut.hpp"
#include "tests/crash/scenario.hpp"

namespace {

using namespace backstay::crash;

struct Options {
  std::string folder = "/tmp/backstay-crash", database;
  unsigned long every = 1, from = 1, pair_every = 0, seed = 1;
  bool errors = false, power = false, expects_wrong = false, only_apply = false;
};

Totals sweep(const Scenario& scenario, const std::string& kind, const Options& options) {
  Totals totals;
  Ended whole;
  const Side side = sides(scenario, kind, whole);
  for (unsigned long n = options.from; n <= whole.points; n += options.every) {
    prepare(scenario, kind);
    run(scenario, {kind, "", n, 0, 0, ""});
    const Ended recovered = run(scenario, {"recover", "", 0, 0, 0, ""});
    judge(scenario, side, kind + " killed at " + std::to_string(n), recovered, totals);
    if (options.pair_every == 0) continue;
    for (unsigned long m = 1 + n % options.pair_every; m <= recovered.points; m += options.pair_every) {
      prepare(scenario, kind);
      run(scenario, {kind, "", n, 0, 0, ""});
      run(scenario, {"recover", "", m, 0, 0, ""});
      judge(scenario, side, kind + " killed at " + std::to_string(n) + ", recovery at " + std::to_string(m), run(scenario, {"recover", "", 0, 0, 0, ""}), totals);
    }
  }
  return totals;
}

// Power is cut at every point; what was not synced survives in four different ways. A recovery that is cut off as
// well has to be as good as the first.
Totals cut_power(const Scenario& scenario, const std::string& kind, const Options& options) {
  Totals totals;
  const std::string shadow = scenario.folder + ".shadow", place = scenario.folder;
  Ended whole;
  const Side side = sides(scenario, kind, whole);
  for (unsigned long n = options.from; n <= whole.points + 1; n += options.every) {
    for (const power::Kept kept : power::all_kept) {
      const std::string what = kind + " cut off at " + std::to_string(n) + ", " + power::to_string(kept);
      prepare(scenario, kind);
      power::start(place, shadow);
      const Ended ended = run(scenario, {kind, "", n, 0, 0, shadow});  // the last one ends by itself, and power goes then
      power::cut(place, shadow, kept, options.seed + n);
      if (n % 3 == 0) {
        power::start(place, shadow);
        run(scenario, {"recover", "", 1 + n * 7 % 40, 0, 0, shadow});
        power::cut(place, shadow, kept, options.seed + n + 1);
      }
      const Ended recovered = run(scenario, {"recover", "", 0, 0, 0, ""});
      judge(scenario, side, what, recovered, totals);
      // What was reported as done has to be there.
      if (ended.exit_code == 0 && fingerprint(scenario) != side.after) complain(totals, what, "it had ended with success, and is gone");
    }
  }
  std::filesystem::remove_all(shadow);
  return totals;
}

// Every point fails once; nothing dies. What could not be finished is left to a recovery.
Totals fail_once(const Scenario& scenario, const std::string& kind, int error, const Options& options) {
  Totals totals;
  Ended whole;
  const Side side = sides(scenario, kind, whole);
  for (unsigned long n = options.from; n <= whole.points; n += options.every) {
    prepare(scenario, kind);
    const Ended ended = run(scenario, {kind, "", 0, n, error, ""});
    if (ended.exit_code < 0) complain(totals, kind + " with " + strerror(error) + " at " + std::to_string(n), "no report");
    judge(scenario, side, kind + " with " + strerror(error) + " at " + std::to_string(n) + " (ended with " + std::to_string(ended.exit_code) + ")",
          run(scenario, {"recover", "", 0, 0, 0, ""}), totals);
  }
  return totals;
}

}  // namespace

int main(int count, char** words) {
  Options options;
  Scenario scenario;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    const auto value = [&] { return i + 1 < count ? std::string(words[++i]) : std::string(); };
    if (word == "--folder") options.folder = value();
    else if (word == "--database") options.database = value();
    else if (word == "--every") options.every = std::stoul(value());
    else if (word == "--from") options.from = std::stoul(value());
    else if (word == "--pairs") options.pair_every = std::stoul(value());
    else if (word == "--errors") options.errors = true;
    else if (word == "--power") options.power = true;
    else if (word == "--seed") options.seed = std::stoul(value());
    else if (word == "--mode") scenario.mode = value();
    else if (word == "--elements") scenario.more_elements = std::stoi(value());
    else if (word == "--only-apply") options.only_apply = true;
    else if (word == "--expect-wrong") options.expects_wrong = true;
    else {
      std::cerr << "unknown option " << word << "\n";
      return 2;
    }
  }
  scenario.folder = options.folder;
  // As tests/support/with_postgres.sh names it.
  if (options.database == "postgresql") options.database = std::getenv("BACKSTAY_PG_URL") ? std::getenv("BACKSTAY_PG_URL") : "";
  scenario.database = options.database.empty() ? "sqlite:" + options.folder + "/db.sqlite" : options.database;
  Totals totals;
  for (const char* kind : {"apply", "restore"}) {
    if (options.only_apply && std::string(kind) != "apply") continue;
    totals.add(options.power ? cut_power(scenario, kind, options) : sweep(scenario, kind, options));
    if (!options.errors) continue;
    for (const int error : {EIO, ENOSPC}) totals.add(fail_once(scenario, kind, error, options));
  }
  scenario.step_fails = true;
  if (!options.only_apply) totals.add(options.power ? cut_power(scenario, "apply", options) : sweep(scenario, "apply", options));
  std::filesystem::remove_all(scenario.folder);
  return conclude(totals, options.expects_wrong);
}
