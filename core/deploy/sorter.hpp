// ORIGAM's deployment order, equal to the vendor's in every tie, in near-linear time and without
// recursion. What the order means and why this is the same: sorter.md.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/deploy/history.hpp"

namespace backstay::deploy {

enum class SortFailure : std::uint8_t { no_failure, deadlock, no_free_version, self_dependency };
// "", "deadlock", "no-free-version", "self-dependency".
std::string_view to_string(SortFailure failure);

// The lowest version of a package that still waits.
struct SortCandidate {
  std::uint32_t version = 0;
  std::uint32_t step = none;  // the version of its package that was placed last
};

// `blocker` names the step that `holds` would leave.
struct SortConflict {
  std::uint32_t blocker = 0, step = 0, holds = 0;
};

// All numbers are indices of versions in the history.
struct SortOutcome {
  SortFailure failure = SortFailure::no_failure;
  std::vector<std::uint32_t> order;        // on failure those placed before it stopped
  std::vector<SortCandidate> candidates;   // the last three: of a failure; candidates and conflicts
  std::vector<SortConflict> conflicts;     // only for a deadlock
  std::uint32_t self_dependency = none;    // the first version that names itself

  bool ok() const { return failure == SortFailure::no_failure; }
};

// O((V + E) log V) time, O(V + E) memory. `keyed` must be key_history(history).
SortOutcome sort_history(const History& history, const KeyedHistory& keyed);
inline SortOutcome sort_history(const History& history) {
  return sort_history(history, key_history(history));
}

}  // namespace backstay::deploy
