#include "core/deploy/sorter.hpp"

#include <doctest/doctest.h>

#include "tests/support/history_text.hpp"

using namespace backstay;
using namespace backstay::deploy;

namespace {

std::string titles(const History& history, const std::vector<std::uint32_t>& versions) {
  std::string out;
  for (const std::uint32_t v : versions) out += (out.empty() ? "" : ", ") + history.title(v);
  return out;
}

// "order" or "failure after order; candidates (step); blocker on step".
std::string outcome(std::string_view text) {
  const History history = testing::history_from(text);
  const SortOutcome sorted = sort_history(history);
  if (sorted.ok()) return titles(history, sorted.order);
  std::string out = std::string(to_string(sorted.failure));
  if (sorted.self_dependency != none) out += " of " + history.title(sorted.self_dependency);
  out += " after " + titles(history, sorted.order);
  for (const SortCandidate& candidate : sorted.candidates) {
    out += "; " + history.title(candidate.version);
    if (candidate.step != none) out += " (" + history.title(candidate.step) + ")";
  }
  for (const SortConflict& conflict : sorted.conflicts) {
    out += "; " + history.title(conflict.blocker) + " on " + history.title(conflict.step);
  }
  return out;
}

}  // namespace

TEST_CASE("sorter: the worked examples of the format") {
  struct Row {
    const char* what;
    const char* versions;
    const char* expected;
  };
  static constexpr Row rows[] = {
      {"seed 1", "A 1.0; A 1.1; A 1.2; B 1.0 -> A 1.1", "A 1.0, A 1.1, B 1.0, A 1.2"},
      {"seed 2",
       "Root 5.1.8; Root 5.1.9; Security 5.3.0 -> Root 5.1.8; Security 5.3.1 -> Root 5.1.8; "
       "Security 5.3.2 -> Root 5.1.8; A 1.0 -> Root 5.1.9, Security 5.3.1",
       "deadlock after Root 5.1.8, Security 5.3.0, Security 5.3.1; Root 5.1.9 (Root 5.1.8); "
       "Security 5.3.2 (Security 5.3.1); A 1.0; Security 5.3.2 on Root 5.1.8; A 1.0 on Security 5.3.1"},
      {"seed 3",
       "Root 5.1.8; Root 5.1.9; Security 5.3.0 -> Root 5.1.8; Security 5.3.1 -> Root 5.1.8; "
       "Security 5.3.2 -> Root 5.1.8; A 1.0 -> Root 5.1.9, Security 5.3.2",
       "Root 5.1.8, Security 5.3.0, Security 5.3.1, Security 5.3.2, Root 5.1.9, A 1.0"},
      {"seed 4",
       "Root 5.1.8; Root 5.1.9; Security 5.3.0 -> Root 5.1.8; Security 5.3.1 -> Root 5.1.8; "
       "Security 5.3.2 -> Root 5.1.8; A 1.0 -> Root 5.1.8, Security 5.3.1",
       "Root 5.1.8, Security 5.3.0, Security 5.3.1, A 1.0, Security 5.3.2, Root 5.1.9"},
      {"1", "A 1.0; A 1.1; B 0.5; B 2.0", "B 0.5, B 2.0, A 1.0, A 1.1"},
      {"2", "B 1.0; A 1.0; C 1.0", "B 1.0, A 1.0, C 1.0"},
      {"3", "A 1.0; A 1.1; B 1.0 -> A 1.0; C 1.0 -> A 1.0", "A 1.0, B 1.0, C 1.0, A 1.1"},
      {"4", "A 1; A 1.0.1 -> B 1.0.0; B 1.0 -> A 1.0.0", "A 1, B 1.0, A 1.0.1"},
      {"5", "B 1.0 -> A 1.5, X 1.0; A 1.0", "B 1.0, A 1.0"},
      {"6", "A 1.0 -> B 2.0; A 1.1 -> A 0.9; B 2.0", "A 1.1, B 2.0, A 1.0"},
      {"7", "A 1.0; A 1.1 -> A 0.9; B 1.0 -> A 1.0, C 2.0; C 2.0 -> A 1.1",
       "A 1.0, A 1.1, C 2.0, B 1.0"},
      {"8", "A 1.0; A 1.1 -> A 1.0; A 1.2 -> A 1.0",
       "deadlock after A 1.0; A 1.1 (A 1.0); A 1.2 on A 1.0; A 1.1 on A 1.0"},
      {"9", "A 1.0; A 1.1 -> A 1.1; B 1.0", "self-dependency of A 1.1 after A 1.0, B 1.0"},
      {"10", "A 1.0 -> B 1.0; B 1.0 -> A 1.0; C 1.0", "no-free-version after C 1.0"},
      {"11", "A 1.0 -> B 1.0; B 1.0 -> A 1.0, C 1.0; C 1.0; C 1.1",
       "deadlock after C 1.0; A 1.0; B 1.0; C 1.1 (C 1.0); B 1.0 on C 1.0"},
      {"12", "A 1.0; A 1.1; B 1.0 -> A 1.0, B 1.0",
       "deadlock after A 1.0; A 1.1 (A 1.0); B 1.0; B 1.0 on A 1.0"},
      {"13", "A 1.0; A 1.0.0 -> C 1.0; B 1.0 -> A 1; C 1.0",
       "deadlock after A 1.0, C 1.0; A 1.0.0 (A 1.0); B 1.0; B 1.0 on A 1.0"},
      {"14", "A 1.0; A 1.1; B 1.0 -> A 1.0; B 1.1 -> A 1.1; C 1.0 -> A 1.0, B 1.0; C 1.1 -> B 1.1",
       "A 1.0, B 1.0, C 1.0, A 1.1, B 1.1, C 1.1"},
      {"15", "A 1.0; A 1.2; A 1.1; B 1.0 -> A 1.0, C 1.1; C 1.0 -> A 1.0; C 1.1 -> A 1.1",
       "deadlock after A 1.0, C 1.0; A 1.1 (A 1.0); B 1.0; C 1.1 (C 1.0)"},
      {"16", "A 1.0; A 1.1; A 1.2; B 1.0 -> A 1.0, C 1.1; C 1.0 -> A 1.0; C 1.1 -> A 1.1",
       "deadlock after A 1.0, C 1.0; A 1.1 (A 1.0); B 1.0; C 1.1 (C 1.0); B 1.0 on A 1.0"},
      {"17", "A 1.0; A 1.1; B 1.0 -> A 1.0, C 2.0; C 1.0; C 2.0", "A 1.0, C 1.0, C 2.0, B 1.0, A 1.1"},
      {"18", "Security 5.3.2 -> Root 5.1.8; A 1.0 -> Root 5.1.9, Security 5.3.2", "Security 5.3.2, A 1.0"},
      {"19", "A 1.0; A 1.1; B 1.0; B 1.1 -> A 1.0; C 1.0 -> A 1.1, B 1.0; D 1.0 -> A 1.1, B 1.0",
       "deadlock after A 1.0, B 1.0; A 1.1 (A 1.0); B 1.1 (B 1.0); C 1.0; D 1.0; B 1.1 on A 1.0; "
       "C 1.0 on B 1.0; D 1.0 on B 1.0"},
      {"19 repaired", "A 1.0; A 1.1; B 1.0; B 1.1 -> A 1.1; C 1.0 -> A 1.1, B 1.0; D 1.0 -> A 1.1, B 1.0",
       "A 1.0, A 1.1, B 1.0, C 1.0, D 1.0, B 1.1"},
      {"20", "C 1.0 -> A 1.0; A 1.0; B 0.1 -> A 1.0; D 7.0 -> A 1.0", "A 1.0, C 1.0, B 0.1, D 7.0"},
      {"nothing", "", ""},
      {"unreadable number counts as 0.0", "A x; A 0.0.1; B 1.0 -> A 0", "A x, B 1.0, A 0.0.1"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CHECK(outcome(row.versions) == row.expected);
  }
}

TEST_CASE("sorter: a chain as long as the input needs no stack") {
  History history;
  const std::uint32_t a = history.package("A", "A"), b = history.package("B", "B");
  for (int i = 0; i < 100'000; ++i) {
    const std::uint32_t text = history.text(std::to_string(i));
    history.add_version(a, text);
    history.add_version(b, text);
    history.add_entry(a, text);
  }
  const SortOutcome sorted = sort_history(history);
  REQUIRE(sorted.ok());
  CHECK(sorted.order.size() == 200'000);
  for (std::uint32_t i = 0; i < sorted.order.size(); ++i) REQUIRE(sorted.order[i] == i);
}
