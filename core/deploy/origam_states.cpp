#include "core/deploy/origam_states.hpp"

#include <algorithm>

#include "core/deploy/origam_history.hpp"
#include "core/deploy/sorter.hpp"

namespace backstay::deploy {
namespace {

constexpr std::size_t max_work = 20'000'000;  // versions and entries sorted for all trials together
constexpr std::size_t max_named = 3;          // states that a message names

// Packages that stand at their current version, as indices into the model.
using State = std::vector<std::size_t>;

class States {
 public:
  States(const PackageSet& model, const std::vector<std::size_t>& active, const std::vector<InstalledPackage>& stored)
      : model_(model), active_(active), stored_(stored) {}

  void check(bool ok_here, Findings& findings);

 private:
  bool orderable(const std::vector<InstalledPackage>& stored);
  bool orderable(const State& state);
  std::vector<InstalledPackage> with(const State& state) const;
  std::vector<State> ways_out();
  std::vector<State> ways_in();
  std::string name(const State& state) const;
  std::string here() const;
  Finding finding(std::string message) const;

  const PackageSet& model_;
  const std::vector<std::size_t>& active_;
  const std::vector<InstalledPackage>& stored_;
  std::vector<std::size_t> present_;  // packages of the list that take part in the present state
  std::size_t work_ = 0;
};

std::vector<InstalledPackage> States::with(const State& state) const {
  std::vector<InstalledPackage> stored;
  for (const std::size_t package : state) {
    InstalledPackage there;
    there.id = model_.packages[package].id;
    there.version = model_.packages[package].version;
    stored.push_back(std::move(there));
  }
  stored.insert(stored.end(), stored_.begin(), stored_.end());
  return stored;
}

bool States::orderable(const std::vector<InstalledPackage>& stored) {
  const OrigamHistory input = origam_history(model_, active_, stored);
  work_ += std::size_t{input.history.versions()} + input.history.entries() + 1;
  return sort_history(input.history).ok();
}

bool States::orderable(const State& state) { return orderable(with(state)); }

std::string States::name(const State& state) const {
  std::string text;
  for (std::size_t i = 0; i < state.size(); ++i) {
    const Package& package = model_.packages[state[i]];
    text += (i == 0 ? "" : i + 1 == state.size() ? " and " : ", ") + package.name + " stands at " + package.version.value_or("0.0");
  }
  return text;
}

std::string States::here() const {
  std::string text;
  std::size_t count = 0;
  for (const std::size_t active : active_) {
    const std::string stored = stored_version(model_.packages[active], stored_);
    if (!stored.empty() && ++count <= max_named) text += (text.empty() ? "" : " and ") + model_.packages[active].name + " stands at " + stored;
  }
  for (const Package& package : model_.packages) {
    const bool named = std::any_of(active_.begin(), active_.end(), [&](std::size_t i) { return &model_.packages[i] == &package; });
    const std::string stored = stored_version(package, stored_);
    if (named || stored.empty()) continue;
    if (++count <= max_named) text += (text.empty() ? "" : " and ") + package.name + " stands at " + stored;
  }
  if (count > max_named) text += " and " + std::to_string(count - max_named) + " more";
  return text.empty() ? "an empty database" : "a database where " + text;
}

// The smallest states, of one or two packages more, in which there is an order after all.
std::vector<State> States::ways_out() {
  std::vector<State> found;
  for (std::size_t i = 0; i < present_.size() && work_ < max_work; ++i) {
    if (orderable(State{present_[i]})) found.push_back({present_[i]});
  }
  for (std::size_t i = 0; i < present_.size() && found.empty(); ++i) {
    for (std::size_t k = i + 1; k < present_.size() && work_ < max_work; ++k) {
      if (orderable(State{present_[i], present_[k]})) found.push_back({present_[i], present_[k]});
    }
  }
  return found;
}

// States of an irregular set without an order: one package up to date, or all below one in the package list.
std::vector<State> States::ways_in() {
  std::vector<State> found;
  for (std::size_t i = 0; i < present_.size() && work_ < max_work; ++i) {
    const State below(present_.begin(), present_.begin() + static_cast<std::ptrdiff_t>(i));
    if (!orderable(State{present_[i]})) found.push_back({present_[i]});
    else if (i > 1 && !orderable(below)) found.push_back(below);
  }
  return found;
}

Finding States::finding(std::string message) const {
  Finding made;
  made.rule = "order/deadlock-for-some-states";
  made.severity = Severity::warning;
  const Package& package = model_.packages[active_.back()];
  made.package = package.name;
  made.at = package.at;
  made.message = std::move(message);
  made.remedy = "correct the dependency lists so that the order exists for every database, an empty one too";
  return made;
}

void States::check(bool ok_here, Findings& findings) {
  const OrigamHistory input = origam_history(model_, active_, stored_);
  const KeyedHistory keyed = key_history(input.history);
  std::vector<bool> seen(model_.packages.size(), false);
  for (const ModelVersion& at : input.source) {
    if (!seen[at.package]) present_.push_back(at.package);
    seen[at.package] = true;
  }
  const auto named = [&](const std::vector<State>& states) {
    std::string text;
    for (std::size_t i = 0; i < states.size() && i < max_named; ++i) text += (i == 0 ? "" : "; or where ") + name(states[i]);
    if (states.size() > max_named) text += "; and " + std::to_string(states.size() - max_named) + " more";
    return text;
  };
  if (!ok_here) {
    const std::vector<State> ways = ways_out();
    if (ways.empty()) return;
    // The error about the order is there already; this says where it does not strike.
    findings.push_back(finding("there is no deployment order for " + here() + ", but there is one where " + named(ways)));
    return;
  }
  if (!stored_.empty() && !orderable(std::vector<InstalledPackage>{})) {
    findings.push_back(finding("there is a deployment order for " + here() + ", but none for an empty database"));
    return;
  }
  bool regular = keyed.keys() == input.history.versions();
  for (std::uint32_t v = 0; v < input.history.versions() && regular; ++v) {
    for (std::uint32_t e = input.history.first_entry(v); e < input.history.end_entry(v); ++e) {
      const bool own = input.history.entry(e).package == input.history.package_of(v);
      const std::uint32_t key = keyed.key_of_entry[e];
      if (own && (key == none || key + 1 != keyed.key_of[v])) regular = false;
    }
  }
  if (regular) return;
  const std::vector<State> ways = ways_in();
  if (!ways.empty()) findings.push_back(finding("there is a deployment order for " + here() + ", but none where " + named(ways)));
}

}  // namespace

void check_states(const PackageSet& model, const std::vector<std::size_t>& active, const std::vector<InstalledPackage>& stored, bool ok_here,
                  Findings& findings) {
  if (!active.empty()) States(model, active, stored).check(ok_here, findings);
}

}  // namespace backstay::deploy
