#include "core/deploy/element_references.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace backstay::deploy {
namespace {

// A package of the delivery, or one that the target has and the delivery does not replace.
struct Owner {
  std::string_view id, name;
  const std::vector<Dependency>* dependencies = nullptr;  // nullptr: not known
  bool delivered = false;
};

struct Element {
  const Owner* owner = nullptr;
  std::string_view id, name;
  std::optional<Dialect> engine;         // scripts
  std::optional<InstallType> phase;      // scripts
};

// By id first and by name second, as everything of the vendor's is resolved. A name that occurs twice
// resolves to nothing: nobody can tell which one is meant.
class Elements {
 public:
  void add(Element element) {
    const std::string_view id = element.id, name = element.name;
    if (!id.empty()) by_id_.try_emplace(id, element);
    const auto [entry, first] = by_name_.try_emplace(name, std::move(element));
    if (!first) entry->second.owner = nullptr;
  }
  // What a target has of a package that the delivery replaces: an install takes nothing away.
  void add_older(Element element) {
    const std::string_view id = element.id, name = element.name;
    const bool known = by_name_.count(name) > 0;
    if (!id.empty()) by_id_.try_emplace(id, element);
    if (!known) by_name_.try_emplace(name, std::move(element));
  }
  const Element* find(const std::string& id, const std::string& name) const {
    if (const auto found = by_id_.find(id); found != by_id_.end()) return &found->second;
    // An id that is nowhere means an element that is not here, whatever its name.
    if (!id.empty()) return nullptr;
    const auto found = by_name_.find(name);
    return found == by_name_.end() || !found->second.owner ? nullptr : &found->second;
  }
  bool has_name(const std::string& name) const { return by_name_.count(name) > 0; }

  bool complete = false;  // the target has no others

 private:
  std::unordered_map<std::string_view, Element> by_id_, by_name_;
};

// Which packages a package can see. Answers are remembered for one package at a time.
class Reach {
 public:
  explicit Reach(const std::vector<Owner>& owners) {
    for (const Owner& owner : owners) {
      if (!owner.id.empty()) by_id_.try_emplace(owner.id, &owner);
      by_name_.try_emplace(owner.name, &owner);
    }
  }
  // False only when it is certain: a way through a package whose dependencies are not known cannot be seen.
  bool may_see(const Owner& from, const Owner& to) {
    if (&from == &to) return true;
    if (from_ != &from) walk(from);
    return leaves_the_known_ || seen_.count(&to) > 0;
  }

 private:
  const Owner* find(const Dependency& dependency) const {
    if (const auto found = by_id_.find(dependency.id); found != by_id_.end()) return found->second;
    const auto found = by_name_.find(dependency.name);
    return found == by_name_.end() ? nullptr : found->second;
  }
  void walk(const Owner& from) {
    from_ = &from;
    leaves_the_known_ = false;
    seen_.clear();
    std::vector<const Owner*> open = {&from};
    while (!open.empty()) {
      const Owner* owner = open.back();
      open.pop_back();
      if (!owner->dependencies) {
        leaves_the_known_ = true;
        continue;
      }
      for (const Dependency& dependency : *owner->dependencies) {
        const Owner* needed = find(dependency);
        leaves_the_known_ |= !needed;
        if (needed && seen_.insert(needed).second) open.push_back(needed);
      }
    }
  }

  std::unordered_map<std::string_view, const Owner*> by_id_, by_name_;
  const Owner* from_ = nullptr;
  bool leaves_the_known_ = false;
  std::unordered_set<const Owner*> seen_;
};

struct Installed {
  const InstalledPackage* package;
  std::size_t owner;  // index; of the delivered package when it is replaced
};

// The packages of the delivery in their order, then those of the target that it does not replace.
std::vector<Owner> owners_of(const std::vector<const Package*>& packages, const Environment& environment, std::vector<Installed>& installed) {
  std::vector<Owner> owners;
  std::unordered_map<std::string_view, std::size_t> ids, names;
  for (const Package* package : packages) {
    if (!package->id.empty()) ids.try_emplace(package->id, owners.size());
    names.try_emplace(package->name, owners.size());
    owners.push_back({package->id, package->name, &package->dependencies, true});
  }
  for (std::size_t i = 0; i < environment.packages.size(); ++i) {
    const InstalledPackage& package = environment.packages[i];
    const bool known = i < environment.dependencies.size() && environment.dependencies[i];
    const auto same_id = ids.find(package.id), same_name = names.find(package.name);
    installed.push_back({&package, same_id != ids.end() ? same_id->second : same_name != names.end() ? same_name->second : owners.size()});
    if (installed.back().owner < owners.size()) continue;
    owners.push_back({package.id, package.name, known ? &*environment.dependencies[i] : nullptr, false});
  }
  return owners;
}

class Checker {
 public:
  Checker(const std::vector<const Package*>& packages, const Environment& environment)
      : packages_(packages), owners_(owners_of(packages, environment, installed_)), reach_(owners_) {
    for (std::size_t i = 0; i < packages.size(); ++i) {
      for (const Script& script : packages[i]->scripts) scripts_.add({&owners_[i], script.id, script.name, script.dialect, script.install_type});
      for (const Schema& schema : packages[i]->schemas) {
        // A schema that replaces its parent has its name; the parent is meant.
        if (!schema.extends_parent) schemas_.add({&owners_[i], schema.id, schema.name, {}, {}});
      }
    }
    const bool all_packages = environment.packages_complete && !environment.packages.empty();
    scripts_.complete = schemas_.complete = all_packages;
    for (const Installed& installed : installed_) add_installed(*installed.package, owners_[installed.owner]);
  }

  Findings run() {
    for (std::size_t i = 0; i < packages_.size(); ++i) {
      const Owner& owner = owners_[i];
      for (const Script& script : packages_[i]->scripts) {
        for (const ElementReference& needed : script.depends_on) check_script(owner, script, needed);
      }
      for (const Schema& schema : packages_[i]->schemas) {
        if (schema.parent) check_schema(owner, "schema " + schema.name, "its parent", schema.parent->id, schema.parent->name, schema.at);
      }
      for (const DataBinding& binding : packages_[i]->data_bindings) {
        check_schema(owner, "data binding " + binding.name, "its object", binding.schema_id, binding.schema_name, binding.at);
      }
    }
    return std::move(findings_);
  }

 private:
  void add_installed(const InstalledPackage& package, const Owner& owner) {
    scripts_.complete = scripts_.complete && package.scripts.has_value();
    schemas_.complete = schemas_.complete && package.schemas.has_value();
    const auto add_to = [&](Elements& elements, Element element) {
      if (owner.delivered) elements.add_older(std::move(element));
      else elements.add(std::move(element));
    };
    if (package.scripts) {
      for (const InstalledScript& script : *package.scripts) add_to(scripts_, {&owner, script.id, script.name, script.engine, script.install_type});
    }
    if (package.schemas) {
      for (const InstalledElement& schema : *package.schemas) add_to(schemas_, {&owner, schema.id, schema.name, {}, {}});
    }
  }

  void add(std::string rule, const Owner& owner, std::string message, const SourcePos& at) {
    Finding finding;
    finding.rule = std::move(rule);
    finding.severity = Severity::warning;
    finding.message = std::move(message);
    finding.package = owner.name;
    finding.at = at;
    findings_.push_back(std::move(finding));
  }

  void check_script(const Owner& owner, const Script& script, const ElementReference& needed) {
    const Element* found = scripts_.find(needed.id, needed.name);
    if (!found) return check_missing(scripts_, owner, "script " + script.name, "script " + (needed.name.empty() ? needed.id : needed.name), needed.id, needed.name, needed.at);
    const bool itself = found->owner == &owner && found->name == script.name && found->id == script.id;
    if (itself) return;
    const std::string other(found->name);
    if (script.dialect && found->engine && script.dialect != found->engine) {
      add("package/script-dependency-engine", owner,
          "script " + script.name + " (" + std::string(to_string(*script.dialect)) + ") depends on " + other + ", which runs on " + std::string(to_string(*found->engine)) + " only", needed.at);
    }
    // UninstallApp scripts are no later phase of an install: they do not run in it at all. What the target has ran long ago.
    if (found->owner->delivered && script.install_type && found->phase && *found->phase > *script.install_type) {
      add("package/script-dependency-phase", owner,
          "script " + script.name + " (" + std::string(to_string(*script.install_type)) + ") depends on " + other + ", which runs later (" + std::string(to_string(*found->phase)) + ")", needed.at);
    }
    check_reach(owner, "script " + script.name, "script " + other, *found, needed.at);
  }

  void check_schema(const Owner& owner, const std::string& what, const std::string& role, const std::string& id, const std::string& name, const SourcePos& at) {
    const Element* found = schemas_.find(id, name);
    if (found) return check_reach(owner, what, role, *found, at);
    check_missing(schemas_, owner, what, role + " " + (name.empty() ? id : name), id, name, at);
  }

  void check_reach(const Owner& owner, const std::string& what, const std::string& needed, const Element& found, const SourcePos& at) {
    if (reach_.may_see(owner, *found.owner)) return;
    add("package/unreachable-element", owner,
        what + " needs " + needed + " of package " + std::string(found.owner->name) + ", which " + std::string(owner.name) + " does not depend on", at);
  }

  void check_missing(const Elements& known, const Owner& owner, const std::string& what, const std::string& needed, const std::string& id,
                     const std::string& name, const SourcePos& at) {
    if (!known.complete || (id.empty() && name.empty())) return;
    if (id.empty() && known.has_name(name)) return;  // there more than once
    add("order/missing-element", owner, what + " refers to " + needed + ", and neither the delivery nor the target has it", at);
    findings_.back().remedy = "add the package that brings it";
  }

  const std::vector<const Package*>& packages_;
  std::vector<Installed> installed_;
  std::vector<Owner> owners_;
  Reach reach_;
  Elements scripts_, schemas_;
  Findings findings_;
};

}  // namespace

Findings check_element_references(const std::vector<const Package*>& packages, const Environment& environment) {
  return Checker(packages, environment).run();
}

}  // namespace backstay::deploy
