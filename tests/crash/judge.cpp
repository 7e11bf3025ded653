#include "tests/crash/judge.hpp"

#include <cstdlib>
#include <iostream>

namespace backstay::crash {

void Totals::add(const Totals& more) {
  scenarios += more.scenarios;
  old_side += more.old_side;
  new_side += more.new_side;
  named += more.named;
  wrong += more.wrong;
}

void prepare(const Scenario& scenario, const std::string& kind) {
  build(scenario);
  if (kind != "restore") return;
  const Ended applied = run(scenario, {"apply", "", 0, 0, 0, ""});
  if (applied.exit_code != 0) {
    std::cerr << "the apply before the restore failed: " << applied.report << "\n";
    std::exit(2);
  }
}

Side sides(const Scenario& scenario, const std::string& kind, Ended& whole) {
  prepare(scenario, kind);
  Side side;
  side.kind = kind;
  side.before = fingerprint(scenario);
  whole = run(scenario, {kind, "", 0, 0, 0, ""});
  side.after = fingerprint(scenario);
  std::cout << kind << (scenario.step_fails ? " with a failing step" : "") << ", " << scenario.mode << ": " << whole.points << " points, exit code "
            << whole.exit_code << "\n";
  if (whole.exit_code != (scenario.step_fails ? 4 : 0)) {
    std::cout << whole.report << "\n";
    std::exit(2);  // no finding of a sweep: nothing was disturbed yet
  }
  if (scenario.step_fails != (side.before == side.after)) {
    std::cout << "undisturbed, the two sides are " << (side.before == side.after ? "the same" : "different") << "\n" << side.before << side.after;
    std::exit(2);
  }
  return side;
}

void complain(Totals& totals, const std::string& what, const std::string& why) {
  ++totals.wrong;
  if (totals.wrong <= 5) std::cout << "WRONG " << what << "\n  " << why << "\n";
}

void judge(const Scenario& scenario, const Side& side, const std::string& what, const Ended& recovered, Totals& totals) {
  ++totals.scenarios;
  const bool waits = recovered.exit_code == 5;
  const std::string now = fingerprint(scenario);
  std::string wrong;
  for (const std::string& line : left_over(scenario, waits)) wrong += line + "\n  ";
  if (waits) {
    ++totals.named;
  } else if (now == side.before) {
    ++totals.old_side;
  } else if (now == side.after) {
    ++totals.new_side;
  } else {
    wrong += "neither old nor new:\n" + now;
  }
  // What a later restore goes by.
  if (const std::string end = end_of(scenario, side.kind); !waits && side.before != side.after && !end.empty() && (end == "DONE") != (now == side.after)) {
    wrong += "the journal says " + end + " of what is " + (now == side.after ? "there" : "not there") + "\n";
  }
  if (recovered.exit_code != 0 && !waits) wrong += "recovery ended with " + std::to_string(recovered.exit_code) + ": " + recovered.report;
  if (!wrong.empty()) complain(totals, what, wrong);
}

int conclude(const Totals& totals, bool expects_wrong) {
  std::cout << totals.scenarios << " scenarios: " << totals.old_side << " old, " << totals.new_side << " new, " << totals.named << " named, "
            << totals.wrong << " wrong\n";
  if (totals.scenarios == 0) return 2;
  return (totals.wrong > 0) == expects_wrong ? 0 : 1;
}

}  // namespace backstay::crash
