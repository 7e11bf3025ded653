// The fast sorter against the procedure word for word, over random sets that nobody would write.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

#include "core/deploy/sorter.hpp"
#include "tests/support/literal_order.hpp"

using namespace backstay;
using namespace backstay::deploy;

namespace {

using Random = std::mt19937;

std::uint32_t below(Random& random, std::uint32_t bound) { return static_cast<std::uint32_t>(random() % bound); }

std::string number(Random& random, bool irregular) {
  std::string text = std::to_string(below(random, 4)) + "." + std::to_string(below(random, 4));
  if (irregular && below(random, 6) == 0) text += ".0";
  if (irregular && below(random, 12) == 0) text = " " + text;
  return text;
}

// A handful of packages, versions in any order, entries mostly at numbers that exist.
History wild(Random& random, bool irregular) {
  History history;
  const std::uint32_t packages = 1 + below(random, 4);
  const std::uint32_t versions = 1 + below(random, 9);
  static constexpr const char* names[] = {"A", "B", "C", "D", "X"};
  std::vector<std::string> taken;
  std::vector<std::pair<const char*, std::string>> known;
  for (int i = 0; i < 6; ++i) known.push_back({names[below(random, packages)], number(random, irregular)});
  for (std::uint32_t i = 0; i < versions; ++i) {
    if (i >= known.size()) known.push_back({names[below(random, packages)], number(random, irregular)});
    const auto [name, text] = known[i];
    if (!irregular && std::find(taken.begin(), taken.end(), name + text) != taken.end()) continue;
    taken.push_back(name + text);
    const std::uint32_t own = history.package(name, name);
    history.add_version(own, history.text(text));
    const std::uint32_t entries = below(random, 4);
    for (std::uint32_t e = 0; e < entries; ++e) {
      const auto [other, step] = known[below(random, static_cast<std::uint32_t>(known.size()))];
      if (!irregular && std::string_view(other) == name) continue;
      const bool stray = irregular && below(random, 8) == 0;
      history.add_entry(history.package(stray ? names[below(random, 5)] : other),
                        history.text(stray ? number(random, irregular) : step));
    }
  }
  return history;
}

// Versions made one after the other, each recording what was current: orderable by construction;
// `faults` entries are then moved.
History recorded(Random& random, std::uint32_t count, std::uint32_t faults) {
  History history;
  const std::uint32_t packages = 2 + below(random, 5);
  std::vector<std::uint32_t> current(packages, 0);
  struct Made {
    std::uint32_t package, number;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> entries;
  };
  std::vector<Made> made;
  for (std::uint32_t i = 0; i < count; ++i) {
    Made version{below(random, packages), 0, {}};
    version.number = ++current[version.package];
    for (std::uint32_t p = 0; p < version.package; ++p) {
      if (current[p] > 0) version.entries.push_back({p, current[p]});
    }
    made.push_back(std::move(version));
  }
  for (std::uint32_t i = 0; i < faults; ++i) {
    Made& version = made[below(random, count)];
    if (version.entries.empty()) continue;
    auto& entry = version.entries[below(random, static_cast<std::uint32_t>(version.entries.size()))];
    entry.second = 1 + below(random, current[entry.first]);
  }
  for (std::uint32_t p = 0; p < packages; ++p) history.package(std::string(1, static_cast<char>('A' + p)), std::string(1, static_cast<char>('A' + p)));
  for (std::uint32_t p = 0; p < packages; ++p) {
    for (const Made& version : made) {
      if (version.package != p) continue;
      history.add_version(p, history.text("1." + std::to_string(version.number)));
      for (const auto& [package, step] : version.entries) history.add_entry(package, history.text(" 1." + std::to_string(step)));
    }
  }
  return history;
}

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
