// The verdict over one disturbed run: the old environment, the new one, or a named state that waits for a decision.
#pragma once

#include <string>

#include "tests/crash/scenario.hpp"

namespace backstay::crash {

struct Totals {
  int scenarios = 0, old_side = 0, new_side = 0, named = 0, wrong = 0;
  void add(const Totals& more);
};

struct Side {
  std::string kind, before, after;
};

// The operation under test on an environment that was prepared for it: old for an apply, applied for a restore.
void prepare(const Scenario& scenario, const std::string& kind);
// Both sides of an undisturbed run. Ends the program when that does not do what it should.
Side sides(const Scenario& scenario, const std::string& kind, Ended& whole);
// `recovered`: the recovery behind it. Prints what is wrong, of the first few.
void judge(const Scenario& scenario, const Side& side, const std::string& what, const Ended& recovered, Totals& totals);
void complain(Totals& totals, const std::string& what, const std::string& why);
// Prints the totals. The exit code of the program: with `expects_wrong` a sweep without a wrong one is the failure.
int conclude(const Totals& totals, bool expects_wrong);

}  // namespace backstay::crash
