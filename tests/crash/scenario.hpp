// One environment in a folder of its own: a SQLite database with rows, a store with elements, a package to
// apply; and the oracle that says which side it stands on.
#pragma once

#include <string>
#include <vector>

namespace backstay::crash {

struct Scenario {
  std::string folder;        // with db.sqlite, store/, package/
  std::string database;      // URL; sqlite: below the folder, or a PostgreSQL database
  bool step_fails = false;   // its last script does
  std::string config() const;
};

// Makes the folder anew (what was there goes) and fills it with the old state.
void build(const Scenario& scenario);

struct Ended {
  bool was_killed = false;
  int exit_code = -1;      // of the report: 0, 4, 5, 6, 7; -1: no report
  std::string report;
  unsigned long points = 0;
};

struct Run {
  std::string kind = "apply";  // apply, restore, recover
  std::string params;
  unsigned long kill_at = 0, error_at = 0;
  int error = 0;
};

// In a child process, which a fault point may kill.
Ended run(const Scenario& scenario, const Run& what);

// Everything that has to be as it was or as it will be: schema and rows (without our own tables), elements.
std::string fingerprint(const Scenario& scenario);

// What is wrong with an environment in which nothing is under way; empty when all is well: locks, maintenance,
// temporary files, witness tables, journal chain, unfinished operations, events of one outcome twice.
std::vector<std::string> left_over(const Scenario& scenario, bool waits_for_decision);

}  // namespace backstay::crash
