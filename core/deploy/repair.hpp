// Edits of dependency lists that make a set orderable, each proved by sorting the edited set.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/deploy/history.hpp"

namespace backstay::deploy {

// All lines of `version` that name `package` at the number `from` name `to` instead.
struct Edit {
  std::uint32_t version = 0;
  std::uint32_t package = 0;          // of the history
  std::uint32_t from = 0, to = none;  // texts of the history; `to` is none when the lines have to go
  bool raises = false;                // else it lowers, which gives up an "after" its scripts may rely on
  std::uint32_t steps = 0;            // how many versions of the package it moves over
};

// Edits that belong together, and the order that the set has with all of them made.
struct Proposal {
  std::vector<Edit> edits;
  std::vector<std::uint32_t> order;  // versions of the history
};

// Edits of one entry each. `circle` as wait_circle gives it; `editable[v]` entries of version v, from its
// first on, stand in a file. Every entry that could repair the set alone lies on every circle, so these are
// all such edits, nearest number each (in a history of many millions of entries only the first few are tried).
std::vector<Proposal> single_edits(const History& history, const KeyedHistory& keyed, const std::vector<std::uint32_t>& circle,
                                   const std::vector<std::uint32_t>& editable, const std::vector<bool>& keeps_one = {});

// The single edits, or when none is enough sets of several: the fewest, as far as up to three are; beyond that
// one set, perhaps not the smallest. Entries for the own package that are not the predecessor are taken out
// where that helps, which brings the implied wait back. Empty when no edit of a list helps (a number that
// stands twice in a package). Best first: fewer edits, fewer removals, fewer lowerings, fewer in the two
// packages that the vendor maintains, fewer steps moved over, later packages.
//
// `keeps_one[v]`: the list of version v must not lose its last line, because ORIGAM would then fill in entries of
// its own. Empty: every list may.
std::vector<Proposal> proposals(const History& history, const KeyedHistory& keyed, const std::vector<std::uint32_t>& editable,
                                const std::vector<bool>& keeps_one = {});

// The history with edits made; lines that write the same number in another way are the same lines.
// `keyed` must be key_history(history).
History edited(const History& history, const KeyedHistory& keyed, const std::vector<Edit>& edits);

}  // namespace backstay::deploy
