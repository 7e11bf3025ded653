// Proposed edits against every single edit there is.
#include <doctest/doctest.h>

#include <algorithm>
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

// (version, package, number) of every entry for which some other number of the package repairs the set.
std::set<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>> repairable(const History& history, const KeyedHistory& keyed) {
  std::set<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>> found;
  for (std::uint32_t v = 0; v < history.versions(); ++v) {
    for (std::uint32_t e = history.first_entry(v); e < history.end_entry(v); ++e) {
      if (keyed.key_of_entry[e] == none) continue;
      const History::Entry& entry = history.entry(e);
      for (std::uint32_t other = 0; other < history.versions(); ++other) {
        if (history.package_of(other) != entry.package) continue;
        const Edit edit{v, entry.package, entry.text, history.text_of(other)};
        if (sort_history(edited(history, keyed, {edit})).ok()) found.insert({v, entry.package, entry.text});
      }
    }
  }
  return found;
}

}  // namespace

TEST_CASE("repair: every single edit that repairs a regular set is found, and each proposal repairs it") {
  Random random(4711);
  std::size_t repaired = 0, hopeless = 0;
  for (int i = 0; i < 2500; ++i) {
    const History history = i % 2 == 0 ? wild(random, false) : recorded(random, 4 + below(random, 8), 1 + below(random, 2));
    if (sort_history(history).ok()) continue;
    const KeyedHistory keyed = key_history(history);
    const std::vector<std::uint32_t> circle = wait_circle(history, keyed);
    REQUIRE(!circle.empty());  // a regular set fails only because of a circle
    const std::vector<Proposal> proposals = single_edits(history, keyed, circle, all_editable(history));
    std::set<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>> proposed;
    for (const Proposal& proposal : proposals) {
      REQUIRE(proposal.edits.size() == 1);
      const Edit& edit = proposal.edits.front();
      REQUIRE(sort_history(edited(history, keyed, {edit})).order == proposal.order);
      if (edit.to != none) proposed.insert({edit.version, edit.package, edit.from});
    }
    const auto expected = repairable(history, keyed);
    REQUIRE(proposed == expected);
    (expected.empty() ? hopeless : repaired) += 1;
  }
  CHECK(repaired > 200);
  CHECK(hopeless > 20);
}

TEST_CASE("repair: an orderable set has no circle, and a circle means no order") {
  Random random(12);
  for (int i = 0; i < 3000; ++i) {
    const History history = i % 2 == 0 ? wild(random, false) : recorded(random, 4 + below(random, 30), below(random, 3));
    REQUIRE(sort_history(history).ok() == wait_circle(history, key_history(history)).empty());
  }
}
