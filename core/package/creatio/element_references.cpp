#include "core/package/creatio/element_references.hpp"

#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace backstay::creatio {
namespace {

template <class Element>
struct Owned {
  const Package* package;
  const Element* element;
};

// By id first and by name second, as everything of the vendor's is resolved. A name that occurs twice
// resolves to nothing: nobody can tell which one is meant.
template <class Element>
class Index {
 public:
  void add(const Package& package, const Element& element) {
    if (!element.id.empty()) by_id_.try_emplace(element.id, Owned<Element>{&package, &element});
    const auto [entry, first] = by_name_.try_emplace(element.name, Owned<Element>{&package, &element});
    if (!first) entry->second.element = nullptr;
  }
  const Owned<Element>* find(std::string_view id, std::string_view name) const {
    if (const auto found = by_id_.find(id); found != by_id_.end()) return &found->second;
    // An id that is nowhere means an element that is not here, whatever its name.
    if (!id.empty()) return nullptr;
    const auto found = by_name_.find(name);
    return found == by_name_.end() || !found->second.element ? nullptr : &found->second;
  }

 private:
  std::unordered_map<std::string_view, Owned<Element>> by_id_, by_name_;
};

// Which packages of the delivery a package can see. Answers are remembered for one package at a time.
class Reach {
 public:
  explicit Reach(const std::vector<const Package*>& packages) {
    for (const Package* package : packages) {
      if (!package->id.empty()) by_id_.try_emplace(package->id, package);
      by_name_.try_emplace(package->name, package);
    }
  }
  // False only when it is certain: a way through a package that is not in the delivery cannot be seen.
  bool may_see(const Package& from, const Package& to) {
    if (&from == &to) return true;
    if (from_ != &from) walk(from);
    return leaves_the_delivery_ || seen_.count(&to) > 0;
  }

 private:
  const Package* find(const Dependency& dependency) const {
    if (const auto found = by_id_.find(dependency.id); found != by_id_.end()) return found->second;
    const auto found = by_name_.find(dependency.name);
    return found == by_name_.end() ? nullptr : found->second;
  }
  void walk(const Package& from) {
    from_ = &from;
    leaves_the_delivery_ = false;
    seen_.clear();
    std::vector<const Package*> open = {&from};
    while (!open.empty()) {
      const Package* package = open.back();
      open.pop_back();
      for (const Dependency& dependency : package->dependencies) {
        const Package* needed = find(dependency);
        leaves_the_delivery_ |= !needed;
        if (needed && seen_.insert(needed).second) open.push_back(needed);
      }
    }
  }

  std::unordered_map<std::string_view, const Package*> by_id_, by_name_;
  const Package* from_ = nullptr;
  bool leaves_the_delivery_ = false;
  std::unordered_set<const Package*> seen_;
};

class Checker {
 public:
  explicit Checker(const std::vector<const Package*>& packages) : packages_(packages), reach_(packages) {
    for (const Package* package : packages) {
      for (const Script& script : package->scripts) scripts_.add(*package, script);
      for (const Schema& schema : package->schemas) {
        // A schema that replaces its parent has its name; the parent is meant.
        if (!schema.extends_parent) schemas_.add(*package, schema);
      }
    }
  }

  Findings run() {
    for (const Package* package : packages_) {
      for (const Script& script : package->scripts) {
        for (const ElementReference& needed : script.depends_on) check_script(*package, script, needed);
      }
      for (const Schema& schema : package->schemas) {
        if (schema.parent) check_reach(*package, "schema " + schema.name, "its parent", schemas_.find(schema.parent->id, schema.parent->name), schema.at);
      }
      for (const DataBinding& binding : package->data_bindings) {
        check_reach(*package, "data binding " + binding.name, "its object", schemas_.find(binding.schema_id, binding.schema_name), binding.at);
      }
    }
    return std::move(findings_);
  }

 private:
  void add(std::string rule, const Package& package, std::string message, const SourcePos& at) {
    Finding finding;
    finding.rule = std::move(rule);
    finding.severity = Severity::warning;
    finding.message = std::move(message);
    finding.package = package.name;
    finding.at = at;
    findings_.push_back(std::move(finding));
  }

  void check_script(const Package& package, const Script& script, const ElementReference& needed) {
    const Owned<Script>* found = scripts_.find(needed.id, needed.name);
    if (!found || found->element == &script) return;
    const Script& other = *found->element;
    if (script.dialect && other.dialect && script.dialect != other.dialect) {
      add("package/script-dependency-engine", package,
          "script " + script.name + " (" + std::string(to_string(*script.dialect)) + ") depends on " + other.name + ", which runs on " + std::string(to_string(*other.dialect)) + " only", needed.at);
    }
    // UninstallApp scripts are no later phase of an install: they do not run in it at all.
    if (script.install_type && other.install_type && *other.install_type > *script.install_type) {
      add("package/script-dependency-phase", package,
          "script " + script.name + " (" + std::string(to_string(*script.install_type)) + ") depends on " + other.name + ", which runs later (" + std::string(to_string(*other.install_type)) + ")", needed.at);
    }
    check_reach(package, "script " + script.name, "script " + other.name, found, needed.at);
  }

  template <class Element>
  void check_reach(const Package& package, const std::string& what, const std::string& needed, const Owned<Element>* found, const SourcePos& at) {
    if (!found || reach_.may_see(package, *found->package)) return;
    add("package/unreachable-element", package, what + " needs " + needed + " of package " + found->package->name + ", which " + package.name + " does not depend on", at);
  }

  const std::vector<const Package*>& packages_;
  Reach reach_;
  Index<Script> scripts_;
  Index<Schema> schemas_;
  Findings findings_;
};

}  // namespace

Findings check_element_references(const std::vector<const Package*>& packages) { return Checker(packages).run(); }

}  // namespace backstay::creatio
