// The deployment order, or what stands in its way, as lines for people.
#pragma once

#include <cstddef>

#include "core/deploy/order.hpp"
#include "core/report/text_page.hpp"

namespace backstay::report {

// With a heading; at most `max_steps` steps are listed. Writes nothing when there is no order to speak of.
void put_order(TextPage& page, const deploy::Order& order, std::size_t max_steps, std::string_view lang = "en");

// What keeps the order from being complete: candidates, cycles, missing packages, repairs. Why a cycle is one is told
// in `lang`, "en" or "ru".
void put_obstacles(TextPage& page, const deploy::Order& order, std::string_view lang = "en");

}  // namespace backstay::report
