#include "core/deploy/wait_graph.hpp"

#include <algorithm>

namespace backstay::deploy {
namespace {

// The next number of the same package; none when it is the highest.
std::uint32_t successor(const KeyedHistory& keyed, std::uint32_t key) {
  const bool last = key + 1 == keyed.keys() || keyed.package_of_key[key + 1] != keyed.package_of_key[key];
  return last ? none : key + 1;
}

}  // namespace

void add_entry(Graph& graph, const KeyedHistory& keyed, const NamedKey& entry) {
  const std::uint32_t own = keyed.key_of[entry.version];
  graph[own].push_back(entry.named);
  const std::uint32_t next = successor(keyed, entry.named);
  if (next != none && next != own) graph[next].push_back(own);
}

Graph wait_graph(const History& history, const KeyedHistory& keyed, const std::vector<NamedKey>& left_out) {
  Graph graph(keyed.keys());
  auto out = left_out.begin();  // of the version at hand
  for (std::uint32_t v = 0; v < history.versions(); ++v) {
    while (out != left_out.end() && out->version < v) ++out;
    for (std::uint32_t e = history.first_entry(v); e < history.end_entry(v); ++e) {
      const NamedKey entry{v, keyed.key_of_entry[e]};
      if (entry.named == none) continue;
      bool stays = true;
      for (auto at = out; at != left_out.end() && at->version == v; ++at) stays = stays && !(*at == entry);
      if (stays) add_entry(graph, keyed, entry);
    }
    if (keyed.implied[v] != none) graph[keyed.key_of[v]].push_back(keyed.implied[v]);
  }
  for (auto& edges : graph) {
    std::sort(edges.begin(), edges.end());
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  }
  return graph;
}

Graph wait_graph(const History& history, const KeyedHistory& keyed) { return wait_graph(history, keyed, std::vector<NamedKey>{}); }

std::vector<bool> reached_from(const Graph& graph, std::uint32_t start) {
  std::vector<bool> reached(graph.size(), false);
  std::vector<std::uint32_t> open{start};
  reached[start] = true;
  while (!open.empty()) {
    const std::uint32_t at = open.back();
    open.pop_back();
    for (const std::uint32_t to : graph[at]) {
      if (reached[to]) continue;
      reached[to] = true;
      open.push_back(to);
    }
  }
  return reached;
}

Graph reversed(const Graph& graph) {
  Graph back(graph.size());
  for (std::uint32_t from = 0; from < graph.size(); ++from) {
    for (const std::uint32_t to : graph[from]) back[to].push_back(from);
  }
  return back;
}

std::vector<std::uint32_t> wait_circle(const History& history, const KeyedHistory& keyed) {
  const std::vector<Tangle> tangles = find_tangles(wait_graph(history, keyed));
  const auto shortest = std::min_element(tangles.begin(), tangles.end(), [](const Tangle& a, const Tangle& b) {
    return a.circle.size() < b.circle.size();
  });
  if (shortest == tangles.end()) return {};
  std::vector<std::uint32_t> version_of(keyed.keys(), none);
  for (std::uint32_t v = history.versions(); v-- > 0;) version_of[keyed.key_of[v]] = v;
  std::vector<std::uint32_t> versions;
  for (const std::uint32_t key : shortest->circle) versions.push_back(version_of[key]);
  std::rotate(versions.begin(), std::min_element(versions.begin(), versions.end()), versions.end());
  return versions;
}

}  // namespace backstay::deploy
