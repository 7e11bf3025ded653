// The order as a picture: one row a package, one column a place in the order. Drawn by the page.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/deploy/history.hpp"
#include "core/deploy/order.hpp"
#include "core/deploy/sorter.hpp"

namespace backstay::deploy {

// What a picture can hold: beyond it edges say nothing any more, and a report would grow without end.
inline constexpr std::size_t max_layout_nodes = 4'000, max_layout_edges = 16'000;

// Columns are the places in the order; versions that were not placed come behind, in input order. The last
// `max_layout_nodes` columns and everything on `circle` are kept. Edges go from what waits to what it waits for: entries and
// implied waits, and those of the circle of every kind.
Layout lay_out(const History& history, const KeyedHistory& keyed, const SortOutcome& outcome, const std::vector<std::uint32_t>& circle);

// Packages that depend on each other: `order` are indices into them, those without a place come behind. `needs[i]` are
// the packages that i depends on.
Layout lay_out(const std::vector<const Package*>& packages, const std::vector<std::uint32_t>& order,
               const std::vector<std::vector<std::uint32_t>>& needs, const std::vector<std::uint32_t>& circle);

// Puts `more` below: rows and columns go on where those of `into` end.
void append(Layout& into, Layout&& more);

}  // namespace backstay::deploy
