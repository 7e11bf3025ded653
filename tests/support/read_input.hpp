// One input read to the end, with its packages in a list: what most reader tests want.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/package/read_package.hpp"

namespace backstay::testing {

struct ReadInput {
  std::vector<Package> packages;
  PackageSet set;        // without the packages
  bool ok = true;
  Error error;           // when not ok

  bool has(std::string_view rule) const { return find(rule) != nullptr; }
  const Finding* find(std::string_view rule) const {
    for (const Finding& finding : set.findings) {
      if (finding.rule == rule) return &finding;
    }
    return nullptr;
  }
  // All findings' rules with their files, for comparing and for messages of failing tests.
  std::string listing() const {
    std::string text;
    for (const Finding& finding : set.findings) text += finding.rule + " " + finding.at.file + ": " + finding.message + "\n";
    return text;
  }
};

inline ReadInput read_input(const Input& input, const Limits& limits = {}) {
  ReadInput result;
  auto set = read_package_set(input, limits, nullptr, [&](Package&& package) {
    result.packages.push_back(std::move(package));
    return true;
  });
  if (set.ok()) {
    result.set = std::move(set.value());
  } else {
    result.ok = false;
    result.error = set.error();
  }
  return result;
}

}  // namespace backstay::testing
