#include "core/deploy/repair_search.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/deploy/components.hpp"

namespace backstay::deploy {
namespace {

constexpr std::size_t max_depth = 3;
constexpr std::size_t max_sets = 40;            // of one size: enough to rank
constexpr std::size_t search_steps = 8'000'000;   // nodes and edges looked at by the exact search, all trials together
constexpr std::size_t weight_steps = 40'000'000;  // and by the search by weight
constexpr std::size_t circle_starts = 32;

std::size_t size_of(const History& history) { return std::size_t{history.versions()} + history.entries() + 1; }

FreeSet with(FreeSet set, const NamedKey& entry) {
  set.insert(std::lower_bound(set.begin(), set.end(), entry), entry);
  return set;
}

FreeSet without(FreeSet set, const NamedKey& entry) {
  set.erase(std::find(set.begin(), set.end(), entry));
  return set;
}

bool contains(const FreeSet& set, const NamedKey& entry) { return std::binary_search(set.begin(), set.end(), entry); }

// Branches over the entries of a circle, level by level; a set is looked at once however it was reached.
class ExactSearch {
 public:
  ExactSearch(const History& history, const KeyedHistory& keyed, const std::vector<std::uint32_t>& editable)
      : history_(history), keyed_(keyed), editable_(editable), trials_(std::max<std::size_t>(8, search_steps / size_of(history))) {}

  // Sets of exactly the first size from `from` on that has one.
  std::vector<FreeSet> run(std::size_t from) {
    std::set<FreeSet> level{FreeSet{}};
    for (std::size_t depth = 0; depth <= max_depth && !level.empty(); ++depth) {
      std::vector<FreeSet> found;
      std::set<FreeSet> next;
      for (const FreeSet& set : level) {
        if (trials_ == 0) return found;
        --trials_;
        const std::vector<NamedKey> branches = look(set, found);
        if (depth == max_depth) continue;
        for (const NamedKey& entry : branches) next.insert(with(set, entry));
        if (found.size() >= max_sets) break;
      }
      if (!found.empty() && depth >= from) return found;
      level = std::move(next);
    }
    return {};
  }

 private:
  // The entries of a circle that is left without the entries of `set`; without a circle the set is one to find.
  std::vector<NamedKey> look(const FreeSet& set, std::vector<FreeSet>& found) {
    const std::vector<Tangle> tangles = find_tangles(wait_graph(history_, keyed_, set), 8 * size_of(history_));
    if (tangles.empty()) {
      found.push_back(set);
      return {};
    }
    const auto shortest = std::min_element(tangles.begin(), tangles.end(), [](const Tangle& a, const Tangle& b) { return a.circle.size() < b.circle.size(); });
    std::vector<NamedKey> entries = entries_on(history_, keyed_, shortest->circle, editable_);
    std::erase_if(entries, [&](const NamedKey& entry) { return contains(set, entry); });
    return entries;
  }

  const History& history_;
  const KeyedHistory& keyed_;
  const std::vector<std::uint32_t>& editable_;
  std::size_t trials_;
};

// The entry of one tangle that most short circles share: a circle counts the more the shorter it is.
NamedKey heaviest(const History& history, const KeyedHistory& keyed, const std::vector<std::uint32_t>& editable, const Graph& graph,
                  const Tangle& tangle, const FreeSet& set) {
  std::map<NamedKey, double> weights;
  for (const auto& circle : circles_through(graph, tangle, circle_starts)) {
    for (const NamedKey& entry : entries_on(history, keyed, circle, editable)) {
      if (!contains(set, entry)) weights[entry] += 1.0 / static_cast<double>(circle.size());
    }
  }
  NamedKey best;
  double most = 0;
  for (const auto& [entry, weight] : weights) {
    if (weight <= most) continue;
    best = entry;
    most = weight;
  }
  return best;
}

FreeSet by_weight(const History& history, const KeyedHistory& keyed, const std::vector<std::uint32_t>& editable) {
  FreeSet set;
  std::size_t rounds = std::max<std::size_t>(16, weight_steps / size_of(history));
  while (true) {
    if (rounds-- == 0) return {};
    const Graph graph = wait_graph(history, keyed, set);
    const std::vector<Tangle> tangles = find_tangles(graph, 0);
    if (tangles.empty()) break;
    FreeSet more = set;
    for (const Tangle& tangle : tangles) {
      const NamedKey entry = heaviest(history, keyed, editable, graph, tangle, set);
      if (entry.version == none) return {};
      if (!contains(more, entry)) more = with(std::move(more), entry);
    }
    set = std::move(more);
  }
  for (const NamedKey& entry : FreeSet(set)) {
    if (rounds-- == 0) break;
    FreeSet fewer = without(set, entry);
    if (find_tangles(wait_graph(history, keyed, fewer), 0).empty()) set = std::move(fewer);
  }
  return set;
}

}  // namespace

std::vector<std::uint32_t> versions_of_keys(const History& history, const KeyedHistory& keyed) {
  std::vector<std::uint32_t> version_of(keyed.keys(), none);
  for (std::uint32_t v = history.versions(); v-- > 0;) version_of[keyed.key_of[v]] = v;
  return version_of;
}

std::vector<NamedKey> entries_on(const History& history, const KeyedHistory& keyed, const std::vector<std::uint32_t>& circle_of_keys,
                                 const std::vector<std::uint32_t>& editable) {
  // The versions of the circle, by key: a number may stand twice in a package.
  std::map<std::uint32_t, std::vector<std::uint32_t>> versions;
  for (const std::uint32_t key : circle_of_keys) versions[key];
  for (std::uint32_t v = 0; v < history.versions(); ++v) {
    const auto at = versions.find(keyed.key_of[v]);
    if (at != versions.end()) at->second.push_back(v);
  }
  std::set<NamedKey> found;
  const auto add = [&](std::uint32_t key, std::uint32_t named) {
    for (const std::uint32_t version : versions[key]) {
      const bool repeats_implied = keyed.package_of_key[named] == history.package_of(version) && named + 1 == key;
      for (std::uint32_t e = history.first_entry(version); e < history.first_entry(version) + editable[version]; ++e) {
        if (keyed.key_of_entry[e] == named && !repeats_implied) found.insert({version, named});
      }
    }
  };
  for (std::size_t i = 0; i < circle_of_keys.size(); ++i) {
    const std::uint32_t waits = circle_of_keys[i], on = circle_of_keys[(i + 1) % circle_of_keys.size()];
    add(waits, on);  // it names what it waits for
    // Or it is what follows a number that the other one names.
    if (waits > 0 && keyed.package_of_key[waits - 1] == keyed.package_of_key[waits]) add(on, waits - 1);
  }
  return {found.begin(), found.end()};
}

FreeSets entries_to_free(const History& history, const KeyedHistory& keyed, const std::vector<std::uint32_t>& editable, std::size_t from) {
  FreeSets made;
  made.sets = ExactSearch(history, keyed, editable).run(from);
  if (!made.sets.empty()) return made;
  made.is_smallest = false;
  FreeSet set = by_weight(history, keyed, editable);
  if (!set.empty()) made.sets.push_back(std::move(set));
  return made;
}

}  // namespace backstay::deploy
