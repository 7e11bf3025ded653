// A failed sort in words: candidates, blockers and the message, as the vendor's sorter gives them.
#pragma once

#include <string>
#include <vector>

#include "core/deploy/history.hpp"
#include "core/deploy/order.hpp"
#include "core/deploy/sorter.hpp"

namespace backstay::deploy {

// In the order of outcome.candidates; entries in recorded order, then the step of the package.
std::vector<Candidate> candidates(const History& history, const KeyedHistory& keyed, const SortOutcome& outcome);
std::vector<Conflict> conflicts(const History& history, const SortOutcome& outcome);

// The message a person who knows ORIGAM expects: what was ordered, the candidates with what they wait
// for, the blockers. One sentence for the failures without candidates. Empty when the sort went well.
std::string failure_message(const History& history, const KeyedHistory& keyed, const SortOutcome& outcome);

}  // namespace backstay::deploy
