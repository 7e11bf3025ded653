// Histories for benchmarks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/deploy/history.hpp"

namespace backstay::testing {

// Versions made in turn by `packages` packages; each records what the `entries` packages before its own stand at.
// Input order is that of a model: package by package. `faults` entries are moved one version back.
inline deploy::History turns(std::uint32_t versions, std::uint32_t packages, std::uint32_t entries, std::uint32_t faults) {
  deploy::History made;
  std::vector<std::uint32_t> index;
  for (std::uint32_t p = 0; p < packages; ++p) index.push_back(made.package("package-" + std::to_string(p), "P" + std::to_string(p)));
  const std::uint32_t rounds = versions / packages;
  std::vector<std::uint32_t> text;
  for (std::uint32_t r = 0; r < rounds; ++r) text.push_back(made.text(std::to_string(r / 100) + "." + std::to_string(r % 100)));
  for (std::uint32_t p = 0; p < packages; ++p) {
    for (std::uint32_t r = 0; r < rounds; ++r) {
      made.add_version(index[p], text[r]);
      for (std::uint32_t k = 1; k <= entries; ++k) {
        const std::uint32_t other = (p + packages - k) % packages;
        const bool before = other < p;  // in the same round it was made earlier
        if (!before && r == 0) continue;
        std::uint32_t step = before ? r : r - 1;
        // The packages between record the later step, so the moved entry asks for both sides of it: a deadlock.
        if (faults > 0 && r == rounds - 2 && k == entries && p == packages / 2 && step > 0) step -= 1, --faults;
        made.add_entry(index[other], text[step]);
      }
    }
  }
  return made;
}

}  // namespace backstay::testing
