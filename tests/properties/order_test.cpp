// The fast sorter against the procedure word for word, over random sets that nobody would write.
#include <doctest/doctest.h>

#include <string>

#include "core/deploy/sorter.hpp"
#include "tests/support/literal_order.hpp"
#include "tests/support/random_history.hpp"

using namespace backstay;
using namespace backstay::deploy;
using namespace backstay::testing;

namespace {

std::string shown(const History& history) {
  std::string out;
  for (std::uint32_t v = 0; v < history.versions(); ++v) {
    out += history.title(v) + " ->";
    for (std::uint32_t e = history.first_entry(v); e < history.end_entry(v); ++e) {
      out += " " + history.label(history.entry(e).package) + " " + history.texts()[history.entry(e).text] + ",";
    }
    out += "; ";
  }
  return out;
}

// Empty when both agree.
std::string difference(const History& history) {
  const SortOutcome fast = sort_history(history);
  const testing::LiteralOutcome slow = testing::LiteralOrder(history).run();
  if (fast.order != slow.order) return "order of " + shown(history);
  if (to_string(fast.failure) != slow.error) return "failure of " + shown(history);
  if (fast.self_dependency != slow.self_dependency) return "self-dependency of " + shown(history);
  std::vector<std::uint32_t> candidates;
  for (const SortCandidate& candidate : fast.candidates) candidates.push_back(candidate.version);
  if (candidates != slow.candidates) return "candidates of " + shown(history);
  std::vector<testing::LiteralConflict> conflicts;
  for (const SortConflict& conflict : fast.conflicts) conflicts.push_back({conflict.blocker, conflict.holds});
  if (conflicts != slow.conflicts) return "conflicts of " + shown(history);
  return "";
}

}  // namespace

TEST_CASE("order: small wild sets, regular and not, agree with the literal procedure") {
  Random random(20241);
  std::size_t orderable = 0, deadlocks = 0, others = 0;
  for (int i = 0; i < 12'000; ++i) {
    const History history = wild(random, i % 3 != 0);
    REQUIRE(difference(history) == "");
    const SortFailure failure = sort_history(history).failure;
    (failure == SortFailure::no_failure ? orderable : failure == SortFailure::deadlock ? deadlocks : others) += 1;
  }
  // The generator must reach every outcome, else the comparison says little.
  CHECK(orderable > 1000);
  CHECK(deadlocks > 1000);
  CHECK(others > 300);
}

TEST_CASE("order: what was recorded step by step is orderable") {
  Random random(77);
  for (int i = 0; i < 300; ++i) {
    const History history = recorded(random, 5 + below(random, 40), 0);
    const SortOutcome sorted = sort_history(history);
    REQUIRE(sorted.ok());
    REQUIRE(sorted.order.size() == history.versions());
    REQUIRE(difference(history) == "");
  }
}

TEST_CASE("order: recorded histories with moved entries agree with the literal procedure") {
  Random random(99);
  std::size_t deadlocks = 0;
  for (int i = 0; i < 400; ++i) {
    const History history = recorded(random, 5 + below(random, 40), 1 + below(random, 4));
    REQUIRE(difference(history) == "");
    deadlocks += sort_history(history).ok() ? 0 : 1;
  }
  CHECK(deadlocks > 50);
}
