// Random histories for property tests: sets nobody would write, and histories recorded step by step.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/deploy/history.hpp"

namespace backstay::testing {

using Random = std::mt19937;

inline std::uint32_t below(Random& random, std::uint32_t bound) { return static_cast<std::uint32_t>(random() % bound); }

inline std::string number(Random& random, bool irregular) {
  std::string text = std::to_string(below(random, 4)) + "." + std::to_string(below(random, 4));
  if (irregular && below(random, 6) == 0) text += ".0";
  if (irregular && below(random, 12) == 0) text = " " + text;
  return text;
}

// A handful of packages, versions in any order, entries mostly at numbers that exist.
inline deploy::History wild(Random& random, bool irregular) {
  deploy::History history;
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
inline deploy::History recorded(Random& random, std::uint32_t count, std::uint32_t faults) {
  deploy::History history;
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

}  // namespace backstay::testing
