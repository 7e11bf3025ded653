#include "core/deploy/sorter.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "core/base/sorting.hpp"

namespace backstay::deploy {
namespace {

// What changes while versions are placed. Names as in sorter.md.
class Sorter {
 public:
  Sorter(const History& history, const KeyedHistory& keyed)
      : history_(history),
        keyed_(keyed),
        pending_(history.versions(), 0),
        placed_(history.versions(), 0),
        key_(keyed.keys()),
        step_(history.packages(), none),
        last_(history.packages(), none),
        free_of_(history.packages()),
        dirty_(history.packages(), 0) {}

  SortOutcome run();

 private:
  // What is left of a batch or of a list of followers: a stretch of list_, up to the next frame's or its end.
  struct Frame {
    std::size_t begin = 0, next = 0, end = 0;
  };
  // Touched together for every entry, so they lie together.
  struct Key {
    std::uint64_t insisting_sum = 0;                // of the indices of unplaced insisting versions
    std::uint32_t insisting = 0, unplaced = 0;
  };

  void link();
  template <class Visit>
  void each_named_key(std::uint32_t version, Visit visit);
  void mark(std::uint32_t package);
  void release(std::uint32_t version);
  bool blocked(std::uint32_t version) const;
  bool names(std::uint32_t version, std::uint32_t key) const;
  void place(std::uint32_t version);
  void collect(std::uint32_t package, std::vector<std::uint32_t>& batch);
  std::vector<std::uint32_t> next_batch();
  void run_depth_first(const std::vector<std::uint32_t>& batch);
  std::uint32_t rank(std::uint32_t v) const { return keyed_.rank_of_text[history_.text_of(v)]; }
  void report(SortOutcome& outcome) const;
  std::vector<std::vector<std::uint32_t>> waiting_by_package() const;

  const History& history_;
  const KeyedHistory& keyed_;
  std::vector<std::uint32_t> first_user_, users_;  // per key: versions that wait for it, ascending
  std::vector<std::uint32_t> pending_;             // per version: keys it waits for
  std::vector<std::uint8_t> placed_;
  std::vector<Key> key_;
  std::vector<std::uint32_t> list_;                // of the frames, one behind the other
  std::vector<std::uint32_t> step_;                // per package: the key it stands at
  std::vector<std::uint32_t> last_;                // per package: the version placed last
  std::vector<std::vector<std::uint32_t>> free_of_;  // per package: not held, not placed (cleaned late)
  std::vector<std::uint8_t> dirty_;
  std::vector<std::uint32_t> dirty_list_;
  std::vector<std::uint32_t> order_;
  std::size_t free_ = 0;
};

// The keys that the entries of a version name, each once. Short lists are compared directly; a long
// one is sorted, so that a version with thousands of entries stays near-linear.
template <class Visit>
void Sorter::each_named_key(std::uint32_t version, Visit visit) {
  const std::uint32_t begin = history_.first_entry(version), end = history_.end_entry(version);
  const auto& keys = keyed_.key_of_entry;
  if (end - begin <= 24) {
    for (std::uint32_t e = begin; e < end; ++e) {
      if (keys[e] == none) continue;
      bool seen = false;
      for (std::uint32_t before = begin; before < e && !seen; ++before) seen = keys[before] == keys[e];
      if (!seen) visit(keys[e]);
    }
    return;
  }
  std::vector<std::uint32_t> sorted(keys.begin() + begin, keys.begin() + end);
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  for (const std::uint32_t key : sorted) {
    if (key != none) visit(key);
  }
}

void Sorter::link() {
  first_user_.assign(keyed_.keys() + 1, 0);
  for (std::uint32_t v = 0; v < history_.versions(); ++v) {
    ++key_[keyed_.key_of[v]].unplaced;
    each_named_key(v, [&](std::uint32_t key) {
      ++first_user_[key + 1];
      ++pending_[v];
      ++key_[key].insisting;
      key_[key].insisting_sum += v;
    });
    if (keyed_.implied[v] != none) {
      ++first_user_[keyed_.implied[v] + 1];
      ++pending_[v];
    }
  }
  for (std::uint32_t key = 0; key < keyed_.keys(); ++key) first_user_[key + 1] += first_user_[key];
  users_.resize(first_user_.back());
  std::vector<std::uint32_t> fill(first_user_.begin(), first_user_.end() - 1);
  for (std::uint32_t v = 0; v < history_.versions(); ++v) {
    each_named_key(v, [&](std::uint32_t key) { users_[fill[key]++] = v; });
    if (keyed_.implied[v] != none) users_[fill[keyed_.implied[v]]++] = v;
  }
  for (std::uint32_t v = 0; v < history_.versions(); ++v) {
    if (pending_[v] == 0) release(v);
  }
}

void Sorter::mark(std::uint32_t package) {
  if (dirty_[package]) return;
  dirty_[package] = 1;
  dirty_list_.push_back(package);
}

void Sorter::release(std::uint32_t version) {
  free_of_[history_.package_of(version)].push_back(version);
  mark(history_.package_of(version));
  ++free_;
}

bool Sorter::names(std::uint32_t version, std::uint32_t key) const {
  for (std::uint32_t e = history_.first_entry(version); e < history_.end_entry(version); ++e) {
    if (keyed_.key_of_entry[e] == key) return true;
  }
  return false;
}

bool Sorter::blocked(std::uint32_t version) const {
  const std::uint32_t step = step_[history_.package_of(version)];
  if (step == none || key_[step].insisting == 0) return false;
  return key_[step].insisting > 1 || key_[step].insisting_sum != version;
}

// Places one version and puts its followers behind list_: what became ready through it, in input order.
void Sorter::place(std::uint32_t version) {
  const std::uint32_t package = history_.package_of(version), key = keyed_.key_of[version];
  order_.push_back(version);
  placed_[version] = 1;
  --free_;
  step_[package] = key;
  last_[package] = version;
  mark(package);
  each_named_key(version, [&](std::uint32_t named) {
    --key_[named].insisting;
    key_[named].insisting_sum -= version;
    const std::uint32_t owner = keyed_.package_of_key[named];
    if (step_[owner] == named) mark(owner);
  });
  if (--key_[key].unplaced > 0) return;  // equal numbers are one target: not all ran yet
  const auto begin = static_cast<std::ptrdiff_t>(list_.size());
  for (std::uint32_t u = first_user_[key]; u < first_user_[key + 1]; ++u) {
    if (--pending_[users_[u]] > 0) continue;
    release(users_[u]);
    list_.push_back(users_[u]);
  }
  list_.erase(std::remove_if(list_.begin() + begin, list_.end(), [&](std::uint32_t w) { return blocked(w); }), list_.end());
}

// Ready versions of one package whose step, insisting versions or free list changed.
void Sorter::collect(std::uint32_t package, std::vector<std::uint32_t>& batch) {
  const std::uint32_t step = step_[package];
  if (step == none || key_[step].insisting == 0) {
    for (const std::uint32_t v : free_of_[package]) {
      if (!placed_[v]) batch.push_back(v);
    }
    free_of_[package].clear();
  } else if (key_[step].insisting == 1) {
    // Only the one that insists is not blocked by itself.
    const auto v = static_cast<std::uint32_t>(key_[step].insisting_sum);
    if (history_.package_of(v) == package && pending_[v] == 0) batch.push_back(v);
  }
}

std::vector<std::uint32_t> Sorter::next_batch() {
  std::vector<std::uint32_t> batch;
  std::vector<std::uint32_t> packages;
  packages.swap(dirty_list_);
  for (const std::uint32_t package : packages) {
    dirty_[package] = 0;
    collect(package, batch);
  }
  std::sort(batch.begin(), batch.end(), [&](std::uint32_t a, std::uint32_t b) {
    return rank(a) != rank(b) ? rank(a) < rank(b) : a < b;
  });
  return batch;
}

void Sorter::run_depth_first(const std::vector<std::uint32_t>& batch) {
  list_ = batch;
  std::vector<Frame> stack{{0, 0, list_.size()}};
  while (!stack.empty()) {
    Frame& top = stack.back();
    const std::uint32_t version = list_[top.next++];
    // A finished list leaves before its last member's followers come: a long chain needs one frame.
    if (top.next == top.end) {
      list_.resize(top.begin);
      stack.pop_back();
    }
    const std::size_t begin = list_.size();
    place(version);
    if (list_.size() > begin) stack.push_back({begin, begin, list_.size()});
  }
}

// Per package what still waits, in input order; packages by their first version that waits.
std::vector<std::vector<std::uint32_t>> Sorter::waiting_by_package() const {
  std::vector<std::vector<std::uint32_t>> groups;
  std::vector<std::uint32_t> group_of(history_.packages(), none);
  for (std::uint32_t v = 0; v < history_.versions(); ++v) {
    if (placed_[v]) continue;
    std::uint32_t& group = group_of[history_.package_of(v)];
    if (group == none) {
      group = static_cast<std::uint32_t>(groups.size());
      groups.emplace_back();
    }
    groups[group].push_back(v);
  }
  return groups;
}

// What the vendor's message lists. Only the first two waiting versions of a package can be the first
// to meet one of its blockers (the second only when the first is that blocker itself), and all later
// meetings are duplicates; that keeps this linear.
void Sorter::report(SortOutcome& outcome) const {
  const auto groups = waiting_by_package();
  std::vector<std::vector<std::uint32_t>> blockers(history_.packages());
  for (std::uint32_t v = 0; v < history_.versions(); ++v) {
    if (placed_[v]) continue;
    for (std::uint32_t e = history_.first_entry(v); e < history_.end_entry(v); ++e) {
      const std::uint32_t key = keyed_.key_of_entry[e];
      if (key == none || step_[keyed_.package_of_key[key]] != key) continue;
      auto& list = blockers[keyed_.package_of_key[key]];
      if (list.empty() || list.back() != v) list.push_back(v);
    }
  }

  std::vector<SortConflict> met;
  for (const auto& group : groups) {
    const std::uint32_t package = history_.package_of(group.front());
    std::uint32_t lowest = group.front();
    for (const std::uint32_t v : group) {
      if (rank(v) < rank(lowest)) lowest = v;
    }
    outcome.candidates.push_back({lowest, last_[package]});
    for (std::size_t i = 0; i < group.size() && i < 2; ++i) {
      for (const std::uint32_t blocker : blockers[package]) {
        if (blocker != group[i]) met.push_back({blocker, last_[package], group[i]});
      }
    }
  }
  sort_stably(met.begin(), met.end(),
              [](const SortConflict& a, const SortConflict& b) { return a.holds < b.holds; });

  // The vendor compares names and texts, not ids and numbers; and held ones go only after duplicates
  // went, so a blocker can be missing.
  std::set<std::array<std::string_view, 4>> seen;
  for (const SortConflict& conflict : met) {
    const auto name = [&](std::uint32_t v) { return std::string_view(history_.label(history_.package_of(v))); };
    const auto number = [&](std::uint32_t v) { return std::string_view(history_.number(v)); };
    if (!seen.insert({name(conflict.blocker), number(conflict.blocker), name(conflict.step), number(conflict.step)}).second) continue;
    if (pending_[conflict.holds] == 0) outcome.conflicts.push_back(conflict);
  }
}

SortOutcome Sorter::run() {
  order_.reserve(history_.versions());
  link();
  SortOutcome outcome;
  while (order_.size() < history_.versions()) {
    const std::size_t before = order_.size();
    const std::vector<std::uint32_t> batch = next_batch();
    if (!batch.empty()) run_depth_first(batch);
    if (order_.size() == history_.versions()) break;
    if (free_ == 0) {
      outcome.failure = SortFailure::no_free_version;
      for (std::uint32_t v = 0; v < history_.versions(); ++v) {
        if (placed_[v] || !names(v, keyed_.key_of[v])) continue;
        outcome.failure = SortFailure::self_dependency;
        outcome.self_dependency = v;
        break;
      }
      break;
    }
    if (order_.size() == before) {
      outcome.failure = SortFailure::deadlock;
      report(outcome);
      break;
    }
  }
  outcome.order = std::move(order_);
  return outcome;
}

}  // namespace

std::string_view to_string(SortFailure failure) {
  switch (failure) {
    case SortFailure::no_failure: return "";
    case SortFailure::deadlock: return "deadlock";
    case SortFailure::no_free_version: return "no-free-version";
    case SortFailure::self_dependency: return "self-dependency";
  }
  return "";
}

SortOutcome sort_history(const History& history, const KeyedHistory& keyed) {
  return Sorter(history, keyed).run();
}

}  // namespace backstay::deploy
