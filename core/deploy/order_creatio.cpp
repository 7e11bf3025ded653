#include <algorithm>
#include <functional>
#include <queue>
#include <unordered_map>

#include "core/deploy/components.hpp"
#include "core/deploy/creatio_version.hpp"
#include "core/deploy/environment_checks.hpp"
#include "core/deploy/lanes.hpp"
#include "core/deploy/order.hpp"

namespace backstay::deploy {
namespace {

constexpr std::string_view custom_id = "a00051f4-cde3-4f3f-b08e-c5ad1a5c735a";

bool is_custom(std::string_view id, std::string_view name) { return id == custom_id || name == "Custom"; }

// What a dependency resolves to: a package of the delivery, or one the target has.
struct Target {
  std::string_view id, name;
  const std::optional<std::string>* version = nullptr;
  std::optional<std::uint32_t> delivered;  // index
};

class Resolver {
 public:
  // `complete`: `installed` are all packages that the target has.
  Resolver(const std::vector<const Package*>& packages, const std::vector<InstalledPackage>& installed, bool complete)
      : packages_(packages), installed_(installed), complete_(complete && !installed.empty()), graph_(packages.size()) {}
  OrderResult resolve();

 private:
  void index();
  void check_package(std::uint32_t index);
  void add_dependency(std::uint32_t from, const Dependency& dependency);
  const Target* find(const Dependency& dependency) const;
  void check_names(const Package& package, const Dependency& dependency, const Target& target);
  void check_version(const Package& package, const Dependency& dependency, const Target& target);
  void report_missing(const Package& package, const Dependency& dependency);
  void report_circles();
  void explain(const std::vector<std::uint32_t>& circle);
  const Dependency* dependency_on(const Package& package, std::uint32_t delivered) const;
  void arrange();
  Finding& add(std::string rule, Severity severity, const Package& package, const SourcePos& at, std::string message);

  const std::vector<const Package*>& packages_;
  const std::vector<InstalledPackage>& installed_;
  const bool complete_;
  std::vector<Target> targets_;
  struct Names {
    std::unordered_map<std::string_view, std::size_t> by_id, by_name;  // into targets_
  };
  Names delivered_, target_;
  std::vector<std::uint32_t> circle_;  // the first one, for the picture
  Graph graph_;  // package -> what it depends on, inside the delivery
  OrderResult result_;
};

Finding& Resolver::add(std::string rule, Severity severity, const Package& package, const SourcePos& at, std::string message) {
  Finding finding;
  finding.rule = std::move(rule);
  finding.severity = severity;
  finding.package = package.name;
  finding.at = at;
  finding.message = std::move(message);
  result_.findings.push_back(std::move(finding));
  return result_.findings.back();
}

void Resolver::index() {
  targets_.reserve(packages_.size() + installed_.size());
  for (std::uint32_t i = 0; i < packages_.size(); ++i) {
    targets_.push_back({packages_[i]->id, packages_[i]->name, &packages_[i]->version, i});
  }
  for (const InstalledPackage& installed : installed_) targets_.push_back({installed.id, installed.name, &installed.version, std::nullopt});
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    Names& names = targets_[i].delivered ? delivered_ : target_;
    if (!targets_[i].id.empty()) names.by_id.try_emplace(targets_[i].id, i);
    if (!targets_[i].name.empty()) names.by_name.try_emplace(targets_[i].name, i);
  }
}

// Ids and names belong together; two packages that share only one of them cannot both be installed.
void Resolver::check_package(std::uint32_t index) {
  const Package& package = *packages_[index];
  if (is_custom(package.id, package.name)) {
    add("order/custom-delivered", Severity::error, package, package.at,
        "the delivery holds the package Custom, which belongs to the target and is never delivered");
  }
  // Against the first of the delivery and of the target with that id or name: enough to be told.
  for (const Names* names : {&delivered_, &target_}) {
    const auto by_id = names->by_id.find(package.id);
    const auto by_name = names->by_name.find(package.name);
    const std::size_t same_id = package.id.empty() || by_id == names->by_id.end() ? index : by_id->second;
    const std::size_t same_name = package.name.empty() || by_name == names->by_name.end() ? index : by_name->second;
    if (same_id != index && targets_[same_id].name == package.name) {
      if (targets_[same_id].delivered) add("order/duplicate-package", Severity::error, package, package.at, "package " + package.name + " is in the delivery twice");
      continue;
    }
    if (same_id != index && !targets_[same_id].name.empty()) {
      add("order/identity-mismatch", Severity::error, package, package.at,
          "package " + package.name + " has the UId of " + std::string(targets_[same_id].name) + " (" + package.id + ")");
    }
    if (same_name != index && !targets_[same_name].id.empty() && !package.id.empty() && targets_[same_name].id != package.id) {
      add("order/identity-mismatch", Severity::error, package, package.at,
          "package " + package.name + " has the UId " + package.id + ", another package of that name " + std::string(targets_[same_name].id));
    }
  }
}

const Target* Resolver::find(const Dependency& dependency) const {
  // By id first and only then by name; the delivery first, as it replaces what is installed.
  for (const Names* names : {&delivered_, &target_}) {
    const auto found = names->by_id.find(dependency.id);
    if (!dependency.id.empty() && found != names->by_id.end()) return &targets_[found->second];
  }
  for (const Names* names : {&delivered_, &target_}) {
    const auto found = names->by_name.find(dependency.name);
    if (!dependency.name.empty() && found != names->by_name.end()) return &targets_[found->second];
  }
  return nullptr;
}

void Resolver::check_names(const Package& package, const Dependency& dependency, const Target& target) {
  const bool same_name = dependency.name.empty() || target.name.empty() || dependency.name == target.name;
  const bool same_id = dependency.id.empty() || target.id.empty() || dependency.id == target.id;
  if (same_name && same_id) return;
  std::string message = package.name + " depends on \"" + dependency.name + "\"";
  message += same_id ? ", but the UId " + dependency.id + " belongs to " + std::string(target.name)
                     : " with the UId " + dependency.id + ", but that package has the UId " + std::string(target.id);
  add("order/dependency-name-mismatch", Severity::error, package, dependency.at, std::move(message)).remedy =
      "write the name and the UId of the same package";
}

void Resolver::check_version(const Package& package, const Dependency& dependency, const Target& target) {
  if (!dependency.version || dependency.version->empty() || !target.version || !*target.version || (*target.version)->empty()) return;
  const std::string& wanted = *dependency.version;
  const std::string& found = **target.version;
  const auto compared = compare_creatio_versions(wanted, found);
  const std::string text = package.name + " depends on " + std::string(target.name) + " " + wanted + ", ";
  if (!compared) {
    add("order/version-not-comparable", Severity::info, package, dependency.at, text + "and \"" + found + "\" cannot be compared with that");
  } else if (*compared > 0) {
    add("order/version-too-high", Severity::warning, package, dependency.at,
        text + (target.delivered ? "but the delivery has " : "but the target has ") + found);
  }
}

void Resolver::report_missing(const Package& package, const Dependency& dependency) {
  Missing missing;
  missing.package = package.name;
  missing.needs = dependency.name;
  missing.needs_id = dependency.id;
  missing.version = dependency.version;
  missing.optional = package.install_behavior == 1;
  const std::string needed = dependency.name.empty() ? dependency.id : dependency.name;
  if (missing.optional) {
    add("order/optional-missing", Severity::info, package, dependency.at,
        package.name + " needs " + needed + ", which is not there: it would be installed and stay inactive");
  } else if (!complete_) {
    // Real deliveries nearly always build on packages of the platform, which nobody told us about.
    add("order/missing-dependency", Severity::warning, package, dependency.at,
        package.name + " needs " + needed + ", which is not in the delivery; what the target has is not known")
        .remedy = "describe the target with --environment, or add the package to the delivery";
  } else {
    add("order/missing-dependency", Severity::error, package, dependency.at,
        package.name + " needs " + needed + ", which is neither in the delivery nor on the target")
        .remedy = "add the package to the delivery, or remove the dependency";
  }
  result_.order.missing.push_back(std::move(missing));
}

void Resolver::add_dependency(std::uint32_t from, const Dependency& dependency) {
  const Package& package = *packages_[from];
  if (is_custom(dependency.id, dependency.name)) {
    add("order/depends-on-custom", Severity::error, package, dependency.at,
        package.name + " depends on Custom, which sits on top of everything and cannot be built on");
    return;
  }
  const Target* target = find(dependency);
  if (!target) {
    report_missing(package, dependency);
    return;
  }
  check_names(package, dependency, *target);
  check_version(package, dependency, *target);
  if (target->delivered) graph_[from].push_back(*target->delivered);
}

// The first dependency of a package that is met by this one of the delivery.
const Dependency* Resolver::dependency_on(const Package& package, std::uint32_t delivered) const {
  for (const Dependency& dependency : package.dependencies) {
    const Target* target = find(dependency);
    if (target && target->delivered == delivered) return &dependency;
  }
  return nullptr;
}

void Resolver::explain(const std::vector<std::uint32_t>& circle) {
  std::vector<Wait>& waits = result_.order.explanation.emplace_back();
  for (std::size_t i = 0; i < circle.size(); ++i) {
    const Package& from = *packages_[circle[i]];
    const std::uint32_t to = circle[(i + 1) % circle.size()];
    Wait wait;
    wait.package = from.name;
    wait.version = from.version.value_or("");
    wait.waits_for = packages_[to]->name;
    wait.waits_for_version = packages_[to]->version.value_or("");
    wait.kind = WaitKind::depends;
    wait.stated = true;
    if (const Dependency* dependency = dependency_on(from, to)) wait.at = dependency->at;
    waits.push_back(std::move(wait));
  }
}

void Resolver::report_circles() {
  for (Tangle& tangle : find_tangles(graph_)) {
    std::vector<std::uint32_t>& circle = tangle.circle;
    const auto first = std::min_element(circle.begin(), circle.end(), [&](std::uint32_t a, std::uint32_t b) {
      return packages_[a]->name < packages_[b]->name;
    });
    std::rotate(circle.begin(), first, circle.end());
    std::vector<std::string> names;
    std::string text;
    for (const std::uint32_t i : circle) {
      names.push_back(packages_[i]->name);
      text += packages_[i]->name + " depends on ";
    }
    const Package& package = *packages_[circle.front()];
    SourcePos at = package.at;
    if (const Dependency* dependency = dependency_on(package, circle[1 % circle.size()])) at = dependency->at;
    explain(circle);
    if (circle_.empty()) circle_ = circle;
    std::string message = "packages depend on each other in a circle: " + text + package.name;
    if (tangle.members.size() > circle.size()) message += " (" + std::to_string(tangle.members.size()) + " packages are entangled)";
    add("order/cycle", Severity::error, package, at, std::move(message)).remedy = "remove one of these dependencies";
    result_.order.cycles.push_back(std::move(names));
  }
}

// Each package after what it depends on; among those that are free the smallest name first.
void Resolver::arrange() {
  Graph users(graph_.size());
  std::vector<std::uint32_t> waits(graph_.size(), 0);
  for (std::uint32_t from = 0; from < graph_.size(); ++from) {
    auto& edges = graph_[from];
    std::sort(edges.begin(), edges.end());
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
    for (const std::uint32_t to : edges) users[to].push_back(from);
    waits[from] = static_cast<std::uint32_t>(edges.size());
  }
  const auto later = [&](std::uint32_t a, std::uint32_t b) {
    return packages_[a]->name != packages_[b]->name ? packages_[a]->name > packages_[b]->name : a > b;
  };
  std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, decltype(later)> free(later);
  for (std::uint32_t i = 0; i < waits.size(); ++i) {
    if (waits[i] == 0) free.push(i);
  }
  std::vector<std::uint32_t> placed;
  while (!free.empty()) {
    const std::uint32_t at = free.top();
    free.pop();
    result_.order.steps.push_back({packages_[at]->name, packages_[at]->id, packages_[at]->version});
    placed.push_back(at);
    for (const std::uint32_t user : users[at]) {
      if (--waits[user] == 0) free.push(user);
    }
  }
  result_.order.layout = lay_out(packages_, placed, graph_, circle_);
}

OrderResult Resolver::resolve() {
  if (packages_.empty()) return std::move(result_);
  index();
  for (std::uint32_t i = 0; i < packages_.size(); ++i) {
    check_package(i);
    for (const Dependency& dependency : packages_[i]->dependencies) add_dependency(i, dependency);
  }
  report_circles();
  arrange();
  Order& order = result_.order;
  order.status = OrderStatus::ok;
  const bool needed = std::any_of(order.missing.begin(), order.missing.end(), [](const Missing& one) { return !one.optional; });
  if (needed && complete_) order.status = OrderStatus::missing;
  if (!order.cycles.empty()) {
    order.status = OrderStatus::cycle;
    order.error = "cycle";
  }
  return std::move(result_);
}

}  // namespace

OrderResult order_creatio(const std::vector<const Package*>& packages, const std::vector<InstalledPackage>& installed) {
  return Resolver(packages, installed, true).resolve();
}

OrderResult order_delivery(const std::vector<const Package*>& packages, const Environment& environment) {
  OrderResult result = Resolver(packages, environment.packages, environment.packages_complete).resolve();
  check_environment(packages, environment, result.findings);
  return result;
}

}  // namespace backstay::deploy
