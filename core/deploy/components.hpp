// Circles in a directed graph: strong components (Boost.Graph) and the shortest way round.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace backstay::deploy {

// Edges of each node, as indices. Repeated edges do no harm.
using Graph = std::vector<std::vector<std::uint32_t>>;

// A strong component that holds a circle: more than one node, or one with an edge to itself.
struct Tangle {
  std::vector<std::uint32_t> members;  // ascending
  std::vector<std::uint32_t> circle;   // a shortest way round, first node not repeated
};

// All of them, by their smallest member. O(nodes + edges) and no recursion; for the shortest circles every
// start is tried while starts times edges of a component stay below `max_steps`. Beyond that the first
// starts only: the circle is then short, perhaps not the shortest.
std::vector<Tangle> find_tangles(const Graph& graph, std::size_t max_steps = 50'000'000);

// Shortest circles through up to `starts` of the members of one tangle, spread evenly; no circle twice in a row.
std::vector<std::vector<std::uint32_t>> circles_through(const Graph& graph, const Tangle& tangle, std::size_t starts);

}  // namespace backstay::deploy
