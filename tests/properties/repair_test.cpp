// Proposed edits against every single edit there is.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "core/deploy/repair.hpp"
#include "core/deploy/sorter.hpp"
#include "core/deploy/wait_graph.hpp"
#include "tests/support/random_history.hpp"

using namespace backstay;
using namespace backstay::deploy;
using namespace backstay::testing;

namespace {

std::vector<std::uint32_t> all_editable(const History& history) {
  std::vector<std::uint32_t> editable;
  for (std::uint32_t v = 0; v < history.versions(); ++v) editable.push_back(history.end_entry(v) - history.first_entry(v));
  return editable;
}

// (version, package, number) of every entry for which some other number of the package repairs the set, with the least
// number of the package's versions that it has to move over.
using Repairable = std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::uint32_t>;

Repairable repairable(const History& history, const KeyedHistory& keyed) {
  Repairable found;
  for (std::uint32_t v = 0; v < history.versions(); ++v) {
    for (std::uint32_t e = history.first_entry(v); e < history.end_entry(v); ++e) {
      if (keyed.key_of_entry[e] == none) continue;
      const History::Entry& entry = history.entry(e);
      for (std::uint32_t other = 0; other < history.versions(); ++other) {
        if (history.package_of(other) != entry.package) continue;
        const Edit edit{v, entry.package, entry.text, history.text_of(other)};
        if (!sort_history(edited(history, keyed, {edit})).ok()) continue;
        const std::uint32_t from = keyed.key_of_entry[e], to = keyed.key_of[other], steps = from > to ? from - to : to - from;
        const auto [known, is_new] = found.try_emplace({v, entry.package, entry.text}, steps);
        if (!is_new) known->second = std::min(known->second, steps);
      }
    }
  }
  return found;
}

}  // namespace

TEST_CASE("repair: every single edit that repairs a regular set is found at its nearest number, and each proposal repairs it") {
  Random random(4711);
  std::size_t repaired = 0, hopeless = 0;
  for (int i = 0; i < 2500; ++i) {
    const History history = i % 2 == 0 ? wild(random, false) : recorded(random, 4 + below(random, 8), 1 + below(random, 2));
    if (sort_history(history).ok()) continue;
    const KeyedHistory keyed = key_history(history);
    const std::vector<std::uint32_t> circle = wait_circle(history, keyed);
    REQUIRE(!circle.empty());  // a regular set fails only because of a circle
    const std::vector<Proposal> proposals = single_edits(history, keyed, circle, all_editable(history));
    Repairable proposed;
    for (const Proposal& proposal : proposals) {
      REQUIRE(proposal.edits.size() == 1);
      const Edit& edit = proposal.edits.front();
      REQUIRE(sort_history(edited(history, keyed, {edit})).order == proposal.order);
      if (edit.to != none) proposed.emplace(std::tuple(edit.version, edit.package, edit.from), edit.steps);
    }
    const auto expected = repairable(history, keyed);
    REQUIRE(proposed == expected);
    (expected.empty() ? hopeless : repaired) += 1;
  }
  CHECK(repaired > 200);
  CHECK(hopeless > 20);
}

namespace {

struct Choice {
  std::uint32_t version, package, from;
};

// Whether some `left` more edits, of choices from `first` on, repair the set: every other number of the package.
bool repairable_with(const History& history, const KeyedHistory& keyed, const std::vector<Choice>& choices, std::size_t first, std::size_t left,
                     std::vector<Edit>& edits) {
  if (left == 0) return sort_history(edited(history, keyed, edits)).ok();
  for (std::size_t i = first; i < choices.size(); ++i) {
    for (std::uint32_t other = 0; other < history.versions(); ++other) {
      if (history.package_of(other) != choices[i].package) continue;
      edits.push_back({choices[i].version, choices[i].package, choices[i].from, history.text_of(other)});
      const bool ok = repairable_with(history, keyed, choices, i + 1, left - 1, edits);
      edits.pop_back();
      if (ok) return true;
    }
  }
  return false;
}

std::vector<Choice> all_choices(const History& history, const KeyedHistory& keyed) {
  std::vector<Choice> choices;
  for (std::uint32_t v = 0; v < history.versions(); ++v) {
    for (std::uint32_t e = history.first_entry(v); e < history.end_entry(v); ++e) {
      if (keyed.key_of_entry[e] != none) choices.push_back({v, history.entry(e).package, history.entry(e).text});
    }
  }
  return choices;
}

}  // namespace

TEST_CASE("repair: several edits, never fewer than needed nor more, each proposal proved") {
  Random random(99);
  std::size_t two = 0;
  for (int i = 0; i < 3000 && two < 60; ++i) {
    const History history = i % 2 == 0 ? wild(random, false) : recorded(random, 5 + below(random, 5), 2 + below(random, 3));
    const KeyedHistory keyed = key_history(history);
    if (sort_history(history, keyed).ok()) continue;
    const std::vector<Proposal> made = proposals(history, keyed, all_editable(history));
    REQUIRE(!made.empty());  // taking entries out always ends with an order
    for (const Proposal& proposal : made) {
      REQUIRE(proposal.edits.size() == made.front().edits.size());
      REQUIRE(sort_history(edited(history, keyed, proposal.edits)).order == proposal.order);
    }
    if (made.front().edits.size() == 1) continue;
    std::vector<Edit> edits;
    const std::vector<Choice> choices = all_choices(history, keyed);
    REQUIRE(!repairable_with(history, keyed, choices, 0, 1, edits));
    if (made.front().edits.size() == 2) ++two;
    if (made.front().edits.size() > 2 && choices.size() <= 12) REQUIRE(!repairable_with(history, keyed, choices, 0, 2, edits));
  }
  CHECK(two >= 60);
}

TEST_CASE("repair: sets with odd own entries and repeated numbers get only proposals that hold") {
  Random random(5);
  std::size_t repaired = 0, hopeless = 0;
  for (int i = 0; i < 3000; ++i) {
    const History history = wild(random, true);
    const KeyedHistory keyed = key_history(history);
    if (sort_history(history, keyed).ok()) continue;
    const std::vector<Proposal> made = proposals(history, keyed, all_editable(history));
    for (const Proposal& proposal : made) {
      REQUIRE(sort_history(edited(history, keyed, proposal.edits)).order == proposal.order);
      // An edit means all lines that say the same, so no two may mean one line.
      std::set<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>> lines;
      for (const Edit& edit : proposal.edits) REQUIRE(lines.emplace(edit.version, edit.package, keyed.rank_of_text[edit.from]).second);
    }
    (made.empty() ? hopeless : repaired) += 1;
  }
  CHECK(repaired > 500);
  MESSAGE("without a repair: " << hopeless << " of " << repaired + hopeless);
}

TEST_CASE("repair: a list that has to keep a line keeps one") {
  Random random(77);
  std::size_t removals = 0;
  for (int i = 0; i < 2000; ++i) {
    const History history = wild(random, i % 2 == 0);
    const KeyedHistory keyed = key_history(history);
    if (sort_history(history, keyed).ok()) continue;
    for (const Proposal& proposal : proposals(history, keyed, all_editable(history), std::vector<bool>(history.versions(), true))) {
      const History made = edited(history, keyed, proposal.edits);
      REQUIRE(sort_history(made).order == proposal.order);
      for (const Edit& edit : proposal.edits) {
        REQUIRE(made.end_entry(edit.version) > made.first_entry(edit.version));
        removals += edit.to == none;
      }
    }
  }
  CHECK(removals > 20);
}

TEST_CASE("repair: many faults at once are repaired together") {
  Random random(31);
  std::size_t repaired = 0, most = 0;
  for (int i = 0; i < 60; ++i) {
    const History history = recorded(random, 120, 5 + below(random, 12));
    const KeyedHistory keyed = key_history(history);
    if (sort_history(history, keyed).ok()) continue;
    const std::vector<Proposal> made = proposals(history, keyed, all_editable(history));
    REQUIRE(!made.empty());
    REQUIRE(made.front().edits.size() <= 17);  // never more than there were faults
    REQUIRE(sort_history(edited(history, keyed, made.front().edits)).ok());
    most = std::max(most, made.front().edits.size());
    ++repaired;
  }
  CHECK(repaired > 30);
  CHECK(most > 3);
}

TEST_CASE("repair: an orderable set has no circle, and a circle means no order") {
  Random random(12);
  for (int i = 0; i < 3000; ++i) {
    const History history = i % 2 == 0 ? wild(random, false) : recorded(random, 4 + below(random, 30), below(random, 3));
    REQUIRE(sort_history(history).ok() == wait_circle(history, key_history(history)).empty());
  }
}
