// Which entries have to be freed so that nothing waits in a circle any more, when one is not enough.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/deploy/history.hpp"
#include "core/deploy/wait_graph.hpp"

namespace backstay::deploy {

// Entries to free together; ascending.
using FreeSet = std::vector<NamedKey>;

struct FreeSets {
  std::vector<FreeSet> sets;  // of the same size, the smallest there is; several while they are few
  bool is_smallest = true;    // false: found by weight, perhaps not the smallest
};

// Entries behind the edges of a circle of keys that stand in a file: `editable[v]` entries of version v, from its
// first on. An entry that only repeats the implied wait for the own predecessor is none of them.
std::vector<NamedKey> entries_on(const History& history, const KeyedHistory& keyed, const std::vector<std::uint32_t>& circle_of_keys,
                                 const std::vector<std::uint32_t>& editable);

// Sets of `from` to 3 entries by branching over the entries of one circle after the other, as long as the
// trials stay affordable; beyond that repeatedly the entry that most short circles share, and in the end none
// that turns out unnecessary. Empty when circles remain that no entry of a file is part of.
FreeSets entries_to_free(const History& history, const KeyedHistory& keyed, const std::vector<std::uint32_t>& editable, std::size_t from);

// First version of each key.
std::vector<std::uint32_t> versions_of_keys(const History& history, const KeyedHistory& keyed);

}  // namespace backstay::deploy
