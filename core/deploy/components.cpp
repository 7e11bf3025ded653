#include "core/deploy/components.hpp"

#include <algorithm>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/strong_components.hpp>
#include <exception>

#include "core/base/sorting.hpp"

// Boost is built without exceptions here and then asks its user what to do instead of throwing. None of
// the functions used throws for a valid graph.
namespace boost {
#ifdef BOOST_NO_EXCEPTIONS
BOOST_NORETURN void throw_exception(const std::exception&) { std::terminate(); }
BOOST_NORETURN void throw_exception(const std::exception&, const boost::source_location&) { std::terminate(); }
#endif
}  // namespace boost

namespace backstay::deploy {
namespace {

constexpr std::uint32_t unseen = 0xFFFFFFFF;

// Searches circles inside components; keeps its tables between searches.
class CircleSearch {
 public:
  explicit CircleSearch(const Graph& graph) : graph_(graph), parent_(graph.size(), unseen), inside_(graph.size(), 0) {}

  std::vector<std::uint32_t> shortest(const std::vector<std::uint32_t>& members, std::size_t max_steps) {
    std::size_t edges = 1;
    for (const std::uint32_t node : members) {
      inside_[node] = 1;
      edges += graph_[node].size();
    }
    const std::size_t starts = std::max<std::size_t>(1, std::min(members.size(), max_steps / edges));
    std::vector<std::uint32_t> best;
    for (std::size_t i = 0; i < starts && best.size() != 1; ++i) {
      std::vector<std::uint32_t> circle = through(members[i], best.empty() ? members.size() + 1 : best.size());
      if (!circle.empty()) best = std::move(circle);
    }
    for (const std::uint32_t node : members) inside_[node] = 0;
    return best;
  }

  std::vector<std::vector<std::uint32_t>> spread(const std::vector<std::uint32_t>& members, std::size_t starts) {
    for (const std::uint32_t node : members) inside_[node] = 1;
    std::vector<std::vector<std::uint32_t>> circles;
    const std::size_t stride = std::max<std::size_t>(1, members.size() / std::max<std::size_t>(1, starts));
    for (std::size_t i = 0; i < members.size() && circles.size() < starts; i += stride) {
      std::vector<std::uint32_t> circle = through(members[i], members.size() + 1);
      if (circle.empty()) continue;
      std::rotate(circle.begin(), std::min_element(circle.begin(), circle.end()), circle.end());
      if (circles.empty() || circles.back() != circle) circles.push_back(std::move(circle));
    }
    for (const std::uint32_t node : members) inside_[node] = 0;
    return circles;
  }

 private:
  // The shortest circle through `start` with fewer than `limit` nodes, breadth first; empty when none.
  std::vector<std::uint32_t> through(std::uint32_t start, std::size_t limit) {
    std::vector<std::uint32_t> circle;
    queue_.assign(1, start);
    parent_[start] = start;
    std::size_t level_end = 1, depth = 1;
    for (std::size_t i = 0; i < queue_.size() && circle.empty(); ++i) {
      if (i == level_end) {
        ++depth;
        level_end = queue_.size();
      }
      if (depth >= limit) break;
      visit(queue_[i], start, circle);
    }
    for (const std::uint32_t node : queue_) parent_[node] = unseen;
    return circle;
  }
  void visit(std::uint32_t node, std::uint32_t start, std::vector<std::uint32_t>& circle) {
    for (const std::uint32_t to : graph_[node]) {
      if (to == start) {
        for (std::uint32_t at = node; at != start; at = parent_[at]) circle.push_back(at);
        circle.push_back(start);
        std::reverse(circle.begin(), circle.end());
        return;
      }
      if (!inside_[to] || parent_[to] != unseen) continue;
      parent_[to] = node;
      queue_.push_back(to);
    }
  }

  const Graph& graph_;
  std::vector<std::uint32_t> parent_, queue_;
  std::vector<std::uint8_t> inside_;
};

// Members of each strong component.
std::vector<std::vector<std::uint32_t>> components(const Graph& graph) {
  using Sparse = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                                    boost::no_property, std::uint32_t, std::uint32_t>;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
  for (std::uint32_t from = 0; from < graph.size(); ++from) {
    for (const std::uint32_t to : graph[from]) edges.emplace_back(from, to);
  }
  const auto nodes = static_cast<std::uint32_t>(graph.size());
  const Sparse sparse(boost::edges_are_sorted, edges.begin(), edges.end(), nodes);
  std::vector<std::uint32_t> component(nodes, 0), root(nodes, 0), time(nodes, 0);
  std::vector<boost::default_color_type> colour(nodes);
  const auto index = boost::get(boost::vertex_index, sparse);
  const std::uint32_t count = boost::strong_components(
      sparse, boost::make_iterator_property_map(component.begin(), index),
      boost::root_map(boost::make_iterator_property_map(root.begin(), index))
          .discover_time_map(boost::make_iterator_property_map(time.begin(), index))
          .color_map(boost::make_iterator_property_map(colour.begin(), index)));

  std::vector<std::vector<std::uint32_t>> members(count);
  for (std::uint32_t node = 0; node < nodes; ++node) members[component[node]].push_back(node);
  return members;
}

}  // namespace

std::vector<Tangle> find_tangles(const Graph& graph, std::size_t max_steps) {
  std::vector<Tangle> tangles;
  CircleSearch search(graph);
  for (std::vector<std::uint32_t>& members : components(graph)) {
    const auto& out = graph[members.front()];
    if (members.size() == 1 && std::find(out.begin(), out.end(), members.front()) == out.end()) continue;
    Tangle tangle;
    tangle.circle = search.shortest(members, max_steps);
    tangle.members = std::move(members);
    tangles.push_back(std::move(tangle));
  }
  sort_stably(tangles.begin(), tangles.end(), [](const Tangle& a, const Tangle& b) { return a.members < b.members; });
  return tangles;
}

std::vector<std::vector<std::uint32_t>> circles_through(const Graph& graph, const Tangle& tangle, std::size_t starts) {
  return CircleSearch(graph).spread(tangle.members, starts);
}

}  // namespace backstay::deploy
