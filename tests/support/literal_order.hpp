// The ordering procedure word for word, slow on purpose: what the sorter is compared with. Shares no
// code with it apart from reading version numbers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "core/deploy/history.hpp"
#include "core/deploy/version_number.hpp"

namespace backstay::testing {

struct LiteralConflict {
  std::uint32_t blocker, holds;
  bool operator==(const LiteralConflict&) const = default;
};

struct LiteralOutcome {
  std::string error;
  std::vector<std::uint32_t> order;
  std::vector<std::uint32_t> candidates;
  std::vector<LiteralConflict> conflicts;
  std::uint32_t self_dependency = deploy::none;
};

class LiteralOrder {
 public:
  explicit LiteralOrder(const deploy::History& history) : history_(history) {
    for (std::uint32_t v = 0; v < history.versions(); ++v) {
      const Target own = target(history.package_of(v), history.text_of(v));
      bool names_own = false;
      std::vector<Target> entries;
      for (std::uint32_t e = history.first_entry(v); e < history.end_entry(v); ++e) {
        entries.push_back(target(history.entry(e).package, history.entry(e).text));
        names_own = names_own || entries.back().package == own.package;
      }
      own_.push_back(own);
      entries_.push_back(entries);
      all_.push_back(entries);
      if (names_own) continue;
      const Target* best = nullptr;
      std::vector<Target> candidates;
      for (std::uint32_t w = 0; w < history.versions(); ++w) {
        candidates.push_back(target(history.package_of(w), history.text_of(w)));
      }
      for (const Target& other : candidates) {
        if (other.package != own.package || deploy::compare_versions(other.number, own.number) >= 0) continue;
        if (!best || deploy::compare_versions(best->number, other.number) < 0) best = &other;
      }
      if (best) all_.back().push_back(*best);
    }
    for (std::uint32_t v = 0; v < history.versions(); ++v) remaining_.push_back(v);
  }

  LiteralOutcome run() {
    while (!remaining_.empty()) {
      std::vector<std::uint32_t> batch;
      for (const std::uint32_t v : remaining_) {
        if (ready(v)) batch.push_back(v);
      }
      std::stable_sort(batch.begin(), batch.end(), [&](std::uint32_t a, std::uint32_t b) {
        return deploy::compare_versions(own_[a].number, own_[b].number) < 0;
      });
      for (const std::uint32_t v : batch) place(v);
      if (remaining_.empty()) break;
      if (std::all_of(remaining_.begin(), remaining_.end(), [&](std::uint32_t v) { return held(v); })) {
        fail_without_free();
        break;
      }
      if (batch.empty()) {
        fail_deadlocked();
        break;
      }
    }
    return outcome_;
  }

 private:
  struct Target {
    std::uint32_t package;
    deploy::VersionParts number;
    bool operator==(const Target&) const = default;
  };
  Target target(std::uint32_t package, std::uint32_t text) const {
    Target made{package, {}};
    deploy::parse_version_number(history_.texts()[text], made.number);
    return made;
  }
  bool held(std::uint32_t v) const {
    for (const Target& wanted : all_[v]) {
      for (const std::uint32_t other : remaining_) {
        if (own_[other] == wanted) return true;
      }
    }
    return false;
  }
  std::uint32_t last(std::uint32_t package) const {
    for (auto it = outcome_.order.rbegin(); it != outcome_.order.rend(); ++it) {
      if (own_[*it].package == package) return *it;
    }
    return deploy::none;
  }
  const Target* step(std::uint32_t package) const {
    const std::uint32_t at = last(package);
    return at == deploy::none ? nullptr : &own_[at];
  }
  std::vector<std::uint32_t> blockers(std::uint32_t v) const {
    std::vector<std::uint32_t> found;
    const Target* at = step(own_[v].package);
    if (!at) return found;
    for (const std::uint32_t other : remaining_) {
      if (other == v) continue;
      if (std::find(entries_[other].begin(), entries_[other].end(), *at) != entries_[other].end()) found.push_back(other);
    }
    return found;
  }
  bool ready(std::uint32_t v) const { return !held(v) && blockers(v).empty(); }
  void place(std::uint32_t v) {
    outcome_.order.push_back(v);
    remaining_.erase(std::find(remaining_.begin(), remaining_.end(), v));
    std::vector<std::uint32_t> others, own;
    for (const std::uint32_t w : remaining_) {
      const bool depends = std::find(all_[w].begin(), all_[w].end(), own_[v]) != all_[w].end();
      if (!depends || !ready(w)) continue;
      (own_[w].package == own_[v].package ? own : others).push_back(w);
    }
    others.insert(others.end(), own.begin(), own.end());
    for (const std::uint32_t w : others) place(w);
  }
  void fail_without_free() {
    outcome_.error = "no-free-version";
    for (const std::uint32_t v : remaining_) {
      if (std::find(entries_[v].begin(), entries_[v].end(), own_[v]) == entries_[v].end()) continue;
      outcome_.error = "self-dependency";
      outcome_.self_dependency = v;
      return;
    }
  }
  void fail_deadlocked() {
    outcome_.error = "deadlock";
    std::vector<std::uint32_t> packages;
    for (const std::uint32_t v : remaining_) {
      if (std::find(packages.begin(), packages.end(), own_[v].package) == packages.end()) packages.push_back(own_[v].package);
    }
    for (const std::uint32_t package : packages) {
      std::uint32_t lowest = deploy::none;
      for (const std::uint32_t v : remaining_) {
        if (own_[v].package != package) continue;
        if (lowest == deploy::none || deploy::compare_versions(own_[v].number, own_[lowest].number) < 0) lowest = v;
      }
      outcome_.candidates.push_back(lowest);
    }
    std::vector<std::vector<std::string>> seen;
    for (const std::uint32_t r : remaining_) {
      for (const std::uint32_t blocker : blockers(r)) {
        const std::uint32_t at = last(own_[r].package);
        const std::vector<std::string> pair{history_.label(own_[blocker].package), history_.number(blocker),
                                            history_.label(own_[at].package), history_.number(at)};
        if (std::find(seen.begin(), seen.end(), pair) != seen.end()) continue;
        seen.push_back(pair);
        if (!held(r)) outcome_.conflicts.push_back({blocker, r});
      }
    }
  }

  const deploy::History& history_;
  std::vector<Target> own_;
  std::vector<std::vector<Target>> entries_, all_;  // all_: with the implied one
  std::vector<std::uint32_t> remaining_;
  LiteralOutcome outcome_;
};

}  // namespace backstay::testing
