// Who waits for whom among deployment versions: why there is no order, and which single edit gives one.
#pragma once

#include <cstdint>
#include <vector>

#include "core/deploy/components.hpp"
#include "core/deploy/history.hpp"

namespace backstay::deploy {

// Nodes are keys (one number of one package), edges go from what waits to what it waits for. An entry
// "v names P x" means that v runs while P stands at x, so it has two: v waits for P x, and the number of P
// that follows x waits for v. A version without an entry for its own package waits for its predecessor.
// Sets without repeated numbers whose own-package entries name the predecessor are orderable if and only
// if this graph has no circle.
Graph wait_graph(const History& history, const KeyedHistory& keyed);

// The lines of a version that name one key.
struct NamedKey {
  std::uint32_t version = none, named = none;
  friend bool operator==(const NamedKey&, const NamedKey&) = default;
  friend bool operator<(const NamedKey& a, const NamedKey& b) { return a.version != b.version ? a.version < b.version : a.named < b.named; }
};
// The graph above without these entries, which ascend.
Graph wait_graph(const History& history, const KeyedHistory& keyed, const std::vector<NamedKey>& left_out);
// Puts the two edges of "v names `named`" into a graph.
void add_entry(Graph& graph, const KeyedHistory& keyed, const NamedKey& entry);

// All nodes that `start` reaches, itself included.
std::vector<bool> reached_from(const Graph& graph, std::uint32_t start);
Graph reversed(const Graph& graph);

// A shortest circle as versions (the first one of each key), from the one earliest in the input on; empty
// when there is none.
std::vector<std::uint32_t> wait_circle(const History& history, const KeyedHistory& keyed);

}  // namespace backstay::deploy
