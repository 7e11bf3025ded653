#include "core/deploy/script_order.hpp"

#include <algorithm>
#include <functional>
#include <queue>
#include <string_view>
#include <unordered_map>

#include "core/base/sorting.hpp"
#include "core/deploy/components.hpp"

namespace backstay::deploy {
namespace {

constexpr InstallType phases[] = {InstallType::before_package, InstallType::after_package, InstallType::after_schema_data,
                                  InstallType::uninstall_app};

// Scripts of one phase by package, then name.
std::vector<OrderedScript> scripts_of(const std::vector<const Package*>& packages, InstallType phase) {
  std::vector<OrderedScript> scripts;
  for (const Package* package : packages) {
    const std::size_t first = scripts.size();
    for (const Script& script : package->scripts) {
      if (script.install_type == phase) scripts.push_back({package, &script});
    }
    sort_stably(scripts.begin() + static_cast<std::ptrdiff_t>(first), scripts.end(),
                [](const OrderedScript& a, const OrderedScript& b) { return a.script->name < b.script->name; });
  }
  return scripts;
}

// script -> scripts it depends on, as indices.
Graph dependencies(const std::vector<OrderedScript>& scripts) {
  std::unordered_map<std::string_view, std::uint32_t> by_id, by_name;
  for (std::uint32_t i = 0; i < scripts.size(); ++i) {
    if (!scripts[i].script->id.empty()) by_id.try_emplace(scripts[i].script->id, i);
    by_name.try_emplace(scripts[i].script->name, i);
  }
  Graph graph(scripts.size());
  for (std::uint32_t i = 0; i < scripts.size(); ++i) {
    for (const ElementReference& needed : scripts[i].script->depends_on) {
      auto found = by_id.find(needed.id);
      const bool known = found != by_id.end() && !needed.id.empty();
      if (!known && !needed.id.empty()) continue;  // an id that is nowhere means a script that is not here
      if (!known) found = by_name.find(needed.name);
      if (found != (known ? by_id.end() : by_name.end()) && found->second != i) graph[i].push_back(found->second);
    }
    std::sort(graph[i].begin(), graph[i].end());
    graph[i].erase(std::unique(graph[i].begin(), graph[i].end()), graph[i].end());
  }
  return graph;
}

}  // namespace

std::vector<OrderedScript> order_scripts(const std::vector<const Package*>& packages, InstallType phase) {
  const std::vector<OrderedScript> scripts = scripts_of(packages, phase);
  const Graph graph = dependencies(scripts);
  const Graph users = [&] {
    Graph back(graph.size());
    for (std::uint32_t from = 0; from < graph.size(); ++from) {
      for (const std::uint32_t to : graph[from]) back[to].push_back(from);
    }
    return back;
  }();
  std::vector<std::size_t> waits;
  std::vector<bool> placed(scripts.size(), false);
  std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<std::uint32_t>> free;
  for (std::uint32_t i = 0; i < scripts.size(); ++i) {
    waits.push_back(graph[i].size());
    if (waits[i] == 0) free.push(i);
  }
  std::vector<OrderedScript> ordered;
  std::vector<std::uint32_t> circular;
  for (const Tangle& tangle : find_tangles(graph)) circular.insert(circular.end(), tangle.members.begin(), tangle.members.end());
  std::sort(circular.begin(), circular.end());
  std::size_t next_circular = 0;
  while (ordered.size() < scripts.size()) {
    if (free.empty()) {  // a circle: its smallest goes, and the others follow it
      while (placed[circular[next_circular]]) ++next_circular;
      free.push(circular[next_circular]);
    }
    const std::uint32_t at = free.top();
    free.pop();
    if (placed[at]) continue;
    placed[at] = true;
    ordered.push_back(scripts[at]);
    for (const std::uint32_t user : users[at]) {
      if (--waits[user] == 0 && !placed[user]) free.push(user);
    }
  }
  return ordered;
}

Findings check_script_cycles(const std::vector<const Package*>& packages) {
  Findings findings;
  for (const InstallType phase : phases) {
    const std::vector<OrderedScript> scripts = scripts_of(packages, phase);
    for (const Tangle& tangle : find_tangles(dependencies(scripts))) {
      std::string names;
      for (const std::uint32_t i : tangle.circle) names += scripts[i].script->name + " depends on ";
      const OrderedScript& first = scripts[tangle.circle.front()];
      Finding finding;
      finding.rule = "order/script-cycle";
      finding.severity = Severity::error;
      finding.package = first.package->name;
      finding.at = first.script->at;
      finding.message = "scripts depend on each other in a circle: " + names + first.script->name;
      finding.remedy = "remove one of these dependencies";
      findings.push_back(std::move(finding));
    }
  }
  return findings;
}

}  // namespace backstay::deploy
