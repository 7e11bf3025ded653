// One environment in a folder of its own: a SQLite database with rows, a store with elements, a package to
// apply; and the oracle that says which side it stands on.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace backstay::crash {

struct Scenario {
  std::string folder;        // with db.sqlite, store/, package/
  std::string database;      // URL; sqlite: below the folder, or a PostgreSQL database
  bool step_fails = false;   // its last script does
  std::string mode = "whole";  // other modes apply two packages
  int more_elements = 0;     // beside the two that the package has
  std::string slow;          // a statement for its second script, to be killed in
  std::string state = "store/.backstay";  // below the folder: whose journal it is
  std::string config() const;
};

// Makes the folder anew (what was there goes) and fills it with the old state.
void build(const Scenario& scenario);

struct Ended {
  bool was_killed = false;
  int signal = 0;          // that ended it, SIGKILL left out
  int exit_code = -1;      // of the report: 0, 4, 5, 6, 7; -1: no report
  std::string report;
  unsigned long points = 0;
};

struct Run {
  std::string kind = "apply";  // apply, restore, recover
  std::string params;
  unsigned long kill_at = 0, error_at = 0;
  int error = 0;
  std::string shadow;        // syncs are noted there (power_cut.hpp)
};

// In a child process, which a fault point may kill.
Ended run(const Scenario& scenario, const Run& what);
// The same in two parts: number of the process, and what became of it. `before`: called in the child.
int start(const Scenario& scenario, const Run& what, const std::function<void()>& before = {});
Ended finish(const Scenario& scenario, int process);

// Everything that has to be as it was or as it will be: schema and rows (without our own tables), elements.
std::string fingerprint(const Scenario& scenario);

// What is wrong with an environment in which nothing is under way; empty when all is well: locks, maintenance,
// temporary files, witness tables, journal chain, unfinished operations, events of one outcome twice.
std::vector<std::string> left_over(const Scenario& scenario, bool waits_for_decision);
// How the journal says that the one operation of a kind ended; empty when there is none, or more.
std::string end_of(const Scenario& scenario, const std::string& kind);

}  // namespace backstay::crash
