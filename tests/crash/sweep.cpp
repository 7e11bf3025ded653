// Kills an apply at every fault point, recovers, and demands the old environment, the new one, or a named state.
//
//   crash_sweep --folder DIR [--database URL] [--every N] [--from K] [--pairs N] [--errors] [--only-apply] [--expect-wrong]
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>

#include "tests/crash/scenario.hpp"

namespace {

using namespace backstay::crash;

struct Totals {
  int scenarios = 0, old_side = 0, new_side = 0, named = 0, wrong = 0;
};

struct Options {
  std::string folder = "/tmp/backstay-crash", database;
  unsigned long every = 1, from = 1, pair_every = 0;
  bool errors = false, expects_wrong = false, only_apply = false;
};

struct Side {
  std::string before, after;
};

void judge(const Scenario& scenario, const Side& side, const std::string& what, const Ended& recovered, Totals& totals) {
  ++totals.scenarios;
  const bool waits = recovered.exit_code == 5;
  const std::string now = fingerprint(scenario);
  std::vector<std::string> wrong = left_over(scenario, waits);
  if (waits) {
    ++totals.named;
  } else if (now == side.before) {
    ++totals.old_side;
  } else if (now == side.after) {
    ++totals.new_side;
  } else {
    wrong.push_back("neither old nor new:\n" + now);
  }
  if (recovered.exit_code != 0 && !waits) wrong.push_back("recovery ended with " + std::to_string(recovered.exit_code) + ": " + recovered.report);
  if (wrong.empty()) return;
  ++totals.wrong;
  if (totals.wrong > 5) return;
  std::cout << "WRONG " << what << "\n";
  for (const std::string& line : wrong) std::cout << "  " << line << "\n";
}

// The operation under test on an environment that was prepared for it: old for an apply, applied for a restore.
void prepare(const Scenario& scenario, const std::string& kind) {
  build(scenario);
  if (kind != "restore") return;
  const Ended applied = run(scenario, {"apply", "", 0, 0, 0});
  if (applied.exit_code != 0) {
    std::cerr << "the apply before the restore failed: " << applied.report << "\n";
    std::exit(2);
  }
}

Totals sweep(const Scenario& scenario, const std::string& kind, const Options& options) {
  Totals totals;
  prepare(scenario, kind);
  Side side;
  side.before = fingerprint(scenario);
  const Ended whole = run(scenario, {kind, "", 0, 0, 0});
  side.after = fingerprint(scenario);
  std::cout << kind << (scenario.step_fails ? " with a failing step" : "") << ": " << whole.points << " points, exit code " << whole.exit_code << "\n";
  if (whole.exit_code != (scenario.step_fails ? 4 : 0)) {
    std::cout << whole.report << "\n";
    std::exit(2);  // no finding of a sweep: nothing was disturbed yet
  }
  if (scenario.step_fails != (side.before == side.after)) {
    std::cout << "undisturbed, the two sides are " << (side.before == side.after ? "the same" : "different") << "\n" << side.before << side.after;
    std::exit(2);
  }
  for (unsigned long n = options.from; n <= whole.points; n += options.every) {
    prepare(scenario, kind);
    run(scenario, {kind, "", n, 0, 0});
    const Ended recovered = run(scenario, {"recover", "", 0, 0, 0});
    judge(scenario, side, kind + " killed at " + std::to_string(n), recovered, totals);
    if (options.pair_every == 0) continue;
    for (unsigned long m = 1 + n % options.pair_every; m <= recovered.points; m += options.pair_every) {
      prepare(scenario, kind);
      run(scenario, {kind, "", n, 0, 0});
      run(scenario, {"recover", "", m, 0, 0});
      judge(scenario, side, kind + " killed at " + std::to_string(n) + ", recovery at " + std::to_string(m), run(scenario, {"recover", "", 0, 0, 0}), totals);
    }
  }
  return totals;
}

// Every point fails once; nothing dies. What could not be finished is left to a recovery.
Totals fail_once(const Scenario& scenario, const std::string& kind, int error, const Options& options) {
  Totals totals;
  prepare(scenario, kind);
  Side side;
  side.before = fingerprint(scenario);
  const Ended whole = run(scenario, {kind, "", 0, 0, 0});
  side.after = fingerprint(scenario);
  for (unsigned long n = options.from; n <= whole.points; n += options.every) {
    prepare(scenario, kind);
    const Ended ended = run(scenario, {kind, "", 0, n, error});
    if (ended.exit_code < 0) {
      std::cout << "WRONG " << kind << " with " << strerror(error) << " at " << n << ": no report\n";
      ++totals.wrong;
    }
    judge(scenario, side, kind + " with " + strerror(error) + " at " + std::to_string(n) + " (ended with " + std::to_string(ended.exit_code) + ")",
          run(scenario, {"recover", "", 0, 0, 0}), totals);
  }
  return totals;
}

void add(Totals& sum, const Totals& more) {
  sum.scenarios += more.scenarios;
  sum.old_side += more.old_side;
  sum.new_side += more.new_side;
  sum.named += more.named;
  sum.wrong += more.wrong;
}

}  // namespace

int main(int count, char** words) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    const auto value = [&] { return i + 1 < count ? std::string(words[++i]) : std::string(); };
    if (word == "--folder") options.folder = value();
    else if (word == "--database") options.database = value();
    else if (word == "--every") options.every = std::stoul(value());
    else if (word == "--from") options.from = std::stoul(value());
    else if (word == "--pairs") options.pair_every = std::stoul(value());
    else if (word == "--errors") options.errors = true;
    else if (word == "--only-apply") options.only_apply = true;
    else if (word == "--expect-wrong") options.expects_wrong = true;
    else {
      std::cerr << "unknown option " << word << "\n";
      return 2;
    }
  }
  Scenario scenario;
  scenario.folder = options.folder;
  scenario.database = options.database.empty() ? "sqlite:" + options.folder + "/db.sqlite" : options.database;
  Totals totals;
  for (const char* kind : {"apply", "restore"}) {
    if (options.only_apply && std::string(kind) != "apply") continue;
    add(totals, sweep(scenario, kind, options));
    if (!options.errors) continue;
    for (const int error : {EIO, ENOSPC}) add(totals, fail_once(scenario, kind, error, options));
  }
  scenario.step_fails = true;
  if (!options.only_apply) add(totals, sweep(scenario, "apply", options));
  std::filesystem::remove_all(scenario.folder);
  std::cout << totals.scenarios << " scenarios: " << totals.old_side << " old, " << totals.new_side << " new, " << totals.named << " named, "
            << totals.wrong << " wrong\n";
  if (totals.scenarios == 0) return 2;
  return (totals.wrong > 0) == options.expects_wrong ? 0 : 1;
}
