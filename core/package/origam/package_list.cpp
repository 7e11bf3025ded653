#include "core/package/origam/package_list.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace backstay::origam {
namespace {

using Graph = std::vector<std::vector<std::size_t>>;

Graph references(const std::vector<Package>& packages) {
  std::unordered_map<std::string_view, std::size_t> by_id;
  for (std::size_t i = 0; i < packages.size(); ++i) by_id.try_emplace(packages[i].id, i);
  Graph graph(packages.size());
  for (std::size_t i = 0; i < packages.size(); ++i) {
    for (const Dependency& reference : packages[i].dependencies) {
      const auto found = by_id.find(reference.id);
      if (found != by_id.end()) graph[i].push_back(found->second);
    }
  }
  return graph;
}

enum class Mark : unsigned char { fresh, open, done };

// Depth first from `start`; calls `leave(node)` after all below it and `circle(path)` for an edge back
// into the open path. An explicit stack: a hostile model may chain as many packages as it has files.
template <class Leave, class Circle>
void walk(const Graph& graph, std::size_t start, std::vector<Mark>& marks, Leave leave, Circle circle) {
  if (marks[start] != Mark::fresh) return;
  std::vector<std::size_t> path{start}, next{0};
  marks[start] = Mark::open;
  while (!path.empty()) {
    const std::size_t node = path.back();
    if (next.back() == graph[node].size()) {
      marks[node] = Mark::done;
      leave(node);
      path.pop_back();
      next.pop_back();
      continue;
    }
    const std::size_t to = graph[node][next.back()++];
    if (marks[to] == Mark::open) {
      std::size_t from = path.size();
      while (path[from - 1] != to) --from;
      circle(std::vector<std::size_t>(path.begin() + static_cast<std::ptrdiff_t>(from) - 1, path.end()));
    } else if (marks[to] == Mark::fresh) {
      marks[to] = Mark::open;
      path.push_back(to);
      next.push_back(0);
    }
  }
}

}  // namespace

std::vector<std::size_t> package_list(const std::vector<Package>& packages, std::size_t top) {
  std::vector<std::size_t> list;
  std::vector<Mark> marks(packages.size(), Mark::fresh);
  walk(references(packages), top, marks, [&](std::size_t node) { list.push_back(node); }, [](const auto&) {});
  return list;
}

std::vector<std::size_t> top_packages(const std::vector<Package>& packages) {
  const Graph graph = references(packages);
  std::vector<bool> referenced(packages.size(), false);
  for (std::size_t from = 0; from < graph.size(); ++from) {
    for (const std::size_t to : graph[from]) {
      if (to != from) referenced[to] = true;
    }
  }
  std::vector<std::size_t> tops;
  std::vector<Mark> marks(packages.size(), Mark::fresh);
  const auto ignore = [](const auto&) {};
  for (std::size_t i = 0; i < packages.size(); ++i) {
    if (referenced[i]) continue;
    tops.push_back(i);
    walk(graph, i, marks, ignore, ignore);
  }
  // What is left hangs below circles that nobody outside references. The package that finishes last in a
  // depth-first pass reaches everything that can reach it, so one pass back over the finishing order
  // finds one member of every such circle.
  std::vector<std::size_t> finished;
  std::vector<Mark> copy = marks;
  for (std::size_t i = 0; i < packages.size(); ++i) {
    walk(graph, i, copy, [&](std::size_t node) { finished.push_back(node); }, ignore);
  }
  for (auto at = finished.rbegin(); at != finished.rend(); ++at) {
    if (marks[*at] != Mark::fresh) continue;
    tops.push_back(*at);
    walk(graph, *at, marks, ignore, ignore);
  }
  return tops;
}

void choose_active_package(PackageSet& model, std::string_view id_or_name) {
  const std::string id = normalise_guid(id_or_name).value_or("");
  const auto chosen = std::find_if(model.packages.begin(), model.packages.end(), [&](const Package& package) {
    return id.empty() ? package.name == id_or_name : package.id == id;
  });
  if (chosen == model.packages.end()) {
    Finding finding;
    finding.rule = "order/unknown-active-package";
    finding.severity = Severity::error;
    finding.message = "there is no package \"" + std::string(id_or_name) + "\" in the model to deploy";
    finding.remedy = "name one of its packages, or none to look at all";
    model.findings.push_back(std::move(finding));
    return;
  }
  model.active_package_id = chosen->id;
  std::vector<Package> taken;
  for (const std::size_t i : package_list(model.packages, static_cast<std::size_t>(chosen - model.packages.begin()))) {
    taken.push_back(std::move(model.packages[i]));
  }
  model.packages = std::move(taken);
  // Which of several to deploy is decided.
  std::erase_if(model.findings, [](const Finding& finding) { return finding.rule == "package/several-top-packages"; });
}

std::vector<std::vector<std::size_t>> reference_circles(const std::vector<Package>& packages) {
  std::vector<std::vector<std::size_t>> circles;
  const Graph graph = references(packages);
  std::vector<Mark> marks(packages.size(), Mark::fresh);
  for (std::size_t i = 0; i < packages.size(); ++i) {
    walk(graph, i, marks, [](std::size_t) {}, [&](std::vector<std::size_t> circle) { circles.push_back(std::move(circle)); });
  }
  return circles;
}

}  // namespace backstay::origam
