#include "core/deploy/lanes.hpp"

#include <algorithm>
#include <numeric>

#include "core/deploy/explain.hpp"

namespace backstay::deploy {
namespace {

std::uint32_t size32(std::size_t size) { return static_cast<std::uint32_t>(size); }

// All things in the order of their columns: those with a place, then the others.
std::vector<std::uint32_t> in_columns(std::size_t things, const std::vector<std::uint32_t>& order) {
  std::vector<bool> placed(things, false);
  std::vector<std::uint32_t> columns = order;
  for (const std::uint32_t i : order) placed[i] = true;
  for (std::uint32_t i = 0; i < things; ++i) {
    if (!placed[i]) columns.push_back(i);
  }
  return columns;
}

// Chooses what is shown and turns things into nodes and edges.
class Picture {
 public:
  Picture(std::size_t things, const std::vector<std::uint32_t>& order, const std::vector<std::uint32_t>& circle) : node_of_(things, none) {
    layout_.columns = things;
    const std::vector<std::uint32_t> columns = in_columns(things, order);
    std::vector<bool> shown(things, false);
    for (const std::uint32_t i : circle) shown[i] = true;
    std::size_t room = max_layout_nodes - std::min(max_layout_nodes, circle.size());
    for (auto at = columns.rbegin(); at != columns.rend() && room > 0; ++at) {
      room -= !shown[*at];
      shown[*at] = true;
    }
    for (std::size_t column = 0; column < columns.size(); ++column) {
      if (!shown[columns[column]]) {
        ++layout_.nodes_left_out;
        continue;
      }
      node_of_[columns[column]] = size32(things_.size());
      things_.push_back(columns[column]);
      Layout::Node node;
      node.column = size32(column);
      node.state = column < order.size() ? NodeState::ordered : NodeState::waiting;
      layout_.nodes.push_back(std::move(node));
    }
  }

  const std::vector<std::uint32_t>& things() const { return things_; }  // per node
  Layout::Node& node(std::uint32_t thing) { return layout_.nodes[node_of_[thing]]; }
  bool shows(std::uint32_t thing) const { return node_of_[thing] != none; }
  Layout& layout() { return layout_; }

  void edge(std::uint32_t from, std::uint32_t to, WaitKind kind, bool on_circle) {
    if (!shows(from) || !shows(to) || (!on_circle && layout_.edges.size() >= max_layout_edges)) {
      ++layout_.edges_left_out;
      return;
    }
    layout_.edges.push_back({node_of_[from], node_of_[to], kind, on_circle});
  }

 private:
  Layout layout_;
  std::vector<std::uint32_t> node_of_, things_;
};

}  // namespace

Layout lay_out(const History& history, const KeyedHistory& keyed, const SortOutcome& outcome, const std::vector<std::uint32_t>& circle) {
  Picture picture(history.versions(), outcome.order, circle);
  std::vector<std::uint32_t> lane_of(history.packages(), none);
  for (const std::uint32_t v : picture.things()) {
    std::uint32_t& lane = lane_of[history.package_of(v)];
    if (lane == none) {
      lane = size32(picture.layout().lanes.size());
      picture.layout().lanes.push_back({history.label(history.package_of(v)), history.package_at(history.package_of(v)).id});
    }
    picture.node(v).lane = lane;
    picture.node(v).version = history.number(v);
  }
  for (const SortCandidate& candidate : outcome.candidates) {
    if (picture.shows(candidate.version)) picture.node(candidate.version).state = NodeState::candidate;
  }
  for (const WaitStep& wait : waits_of(history, keyed, circle)) picture.edge(wait.waiter, wait.awaited, wait.kind, true);
  std::vector<std::uint32_t> version_of(keyed.keys(), none);
  for (std::uint32_t v = history.versions(); v-- > 0;) version_of[keyed.key_of[v]] = v;
  for (const std::uint32_t v : picture.things()) {
    for (std::uint32_t e = history.first_entry(v); e < history.end_entry(v); ++e) {
      if (keyed.key_of_entry[e] != none) picture.edge(v, version_of[keyed.key_of_entry[e]], WaitKind::names, false);
    }
    if (keyed.implied[v] != none) picture.edge(v, version_of[keyed.implied[v]], WaitKind::follows, false);
  }
  return std::move(picture.layout());
}

Layout lay_out(const std::vector<const Package*>& packages, const std::vector<std::uint32_t>& order,
               const std::vector<std::vector<std::uint32_t>>& needs, const std::vector<std::uint32_t>& circle) {
  Picture picture(packages.size(), order, circle);
  for (const std::uint32_t i : picture.things()) {
    picture.node(i).lane = size32(picture.layout().lanes.size());
    picture.node(i).version = packages[i]->version;
    picture.layout().lanes.push_back({packages[i]->name, packages[i]->id});
  }
  for (const std::uint32_t i : picture.things()) {
    const auto on = std::find(circle.begin(), circle.end(), i);
    for (const std::uint32_t to : needs[i]) {
      const bool on_circle = on != circle.end() && (on + 1 == circle.end() ? circle.front() : on[1]) == to;
      picture.edge(i, to, WaitKind::depends, on_circle);
    }
  }
  return std::move(picture.layout());
}

void append(Layout& into, Layout&& more) {
  const std::uint32_t lanes = size32(into.lanes.size()), nodes = size32(into.nodes.size()), columns = size32(into.columns);
  for (Layout::Lane& lane : more.lanes) into.lanes.push_back(std::move(lane));
  for (Layout::Node& node : more.nodes) {
    node.lane += lanes;
    node.column += columns;
    into.nodes.push_back(std::move(node));
  }
  for (Layout::Edge& edge : more.edges) into.edges.push_back({edge.from + nodes, edge.to + nodes, edge.kind, edge.on_circle});
  into.columns += more.columns;
  into.nodes_left_out += more.nodes_left_out;
  into.edges_left_out += more.edges_left_out;
}

}  // namespace backstay::deploy
