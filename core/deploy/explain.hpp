// Why each one in a circle waits for the next, with the place where that is written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/deploy/history.hpp"
#include "core/deploy/order.hpp"

namespace backstay::deploy {

// One wait of a circle, as indices of the history.
struct WaitStep {
  std::uint32_t waiter = none, awaited = none;
  WaitKind kind = WaitKind::names;
  std::uint32_t entry = none;  // names: the waiter's entry; holds: that of the awaited one; follows: none
};

// `circle` as wait_circle gives it: each waits for the next, the last for the first. An entry says more than a step
// that follows, and that more than a step that is held.
std::vector<WaitStep> waits_of(const History& history, const KeyedHistory& keyed, const std::vector<std::uint32_t>& circle);

// The sentence for a wait: "A 1.0 waits for Root 5.1.9: its list names it (A/1.0.origam:7)".
// lang: "en" or "ru"; anything else is English.
std::string sentence(const Wait& wait, std::string_view lang = "en");

}  // namespace backstay::deploy
