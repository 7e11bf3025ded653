// The steps of a Creatio install in the vendor's order (formats/creatio.md section 5; our own choices: plan.md).
#include <algorithm>
#include <map>
#include <unordered_map>

#include "core/apply/plan_builder.hpp"
#include "core/base/ascii.hpp"
#include "core/base/path.hpp"
#include "core/deploy/script_order.hpp"

namespace backstay::apply {
namespace {

// "UsrCalls/Schemas/UsrPage/descriptor.json": area "Schemas", folder "UsrPage".
struct Place {
  std::string_view area, folder;
};
Place place_of(std::string_view key) {
  Place place;
  std::size_t start = key.find('/') + 1;
  const std::size_t end = key.find('/', start);
  if (start == 0 || end == std::string_view::npos) return place;
  place.area = key.substr(start, end - start);
  start = end + 1;
  const std::size_t slash = key.find('/', start);
  // What lies directly in an area is an element of its own.
  place.folder = key.substr(start, slash == std::string_view::npos ? slash : slash - start);
  return place;
}

// Folder of an element by the place of its descriptor: "...Schemas/UsrPage/descriptor.json".
std::string_view element_folder_of(std::string_view descriptor) { return file_name(folder_of(descriptor)); }

// Whether a dated thing is newer or older than what the target has of it. The vendor goes by the date alone.
Change compare_dates(const std::optional<std::int64_t>& delivered, const std::optional<std::int64_t>& installed) {
  if (!delivered || !installed) return Change::unknown;
  return *delivered == *installed ? Change::unchanged : Change::changed;
}

// What the target has of one kind of element in one package, found without looking at all of it.
template <class Element>
class Known {
 public:
  explicit Known(const std::optional<std::vector<Element>>* elements) : is_known_(elements && *elements) {
    if (!is_known_) return;
    for (const Element& element : **elements) {
      if (!element.id.empty()) by_id_.emplace(element.id, &element);
      by_name_.emplace(element.name, &element);
      if (element.id.empty()) by_name_alone_.emplace(element.name, &element);
    }
  }
  bool is_known() const { return is_known_; }
  // By id; by name where one of the two has none.
  const Element* find(std::string_view id, std::string_view name) const {
    if (const auto found = by_id_.find(id); found != by_id_.end()) return found->second;
    const auto& names = id.empty() ? by_name_ : by_name_alone_;
    const auto found = names.find(name);
    return found == names.end() ? nullptr : found->second;
  }

 private:
  std::unordered_map<std::string_view, const Element*> by_id_, by_name_, by_name_alone_;
  bool is_known_;
};

// One package of the delivery beside what the target has of it.
struct Subject {
  const Package* package = nullptr;
  const deploy::InstalledPackage* installed = nullptr;  // nullptr: not there, or nothing is known
  bool is_new = false;                                  // known not to be there
  Known<deploy::InstalledScript> scripts{installed ? &installed->scripts : nullptr};
  Known<deploy::InstalledElement> schemas{installed ? &installed->schemas : nullptr};
  Known<deploy::InstalledElement> data_bindings{installed ? &installed->data_bindings : nullptr};

  template <class Element>
  Change change_of(const Known<Element>& known, std::string_view id, std::string_view name, const std::optional<std::int64_t>& modified) const {
    if (is_new) return Change::added;
    if (!known.is_known()) return Change::unknown;
    const Element* found = known.find(id, name);
    return found ? compare_dates(modified, found->modified_ms) : Change::added;
  }
};

// Contents that belong to one element: a schema, a binding, a script, the resources of a schema, a file.
struct Shelf {
  Place place;
  std::vector<const Content*> contents;
};

class CreatioPlan {
 public:
  explicit CreatioPlan(PlanBuilder& plan) : plan_(plan), environment_(plan.input().environment) {
    for (const deploy::OrderStep& step : plan.input().report.order.steps) {
      for (const Package& package : plan.input().report.packages) {
        if (package.vendor == Vendor::creatio && package.name == step.package && package.id == step.id) packages_.push_back(&package);
      }
    }
    for (const Package* package : packages_) subjects_.emplace(package, subject_of(*package));
  }

  void install();
  void uninstall();

 private:
  Subject subject_of(const Package& package) const;
  void run_scripts(InstallType phase);
  bool runs_here(const Package& package, const Script& script, Change change);
  void put_elements(const Package& package);
  void put_element(const Subject& subject, const Place& place, const std::vector<const Content*>& contents);
  void put_data(const Package& package);
  using Shelves = std::map<std::string, Shelf>;  // by area, without case, and folder
  const Shelves& shelves_of(const std::string& package);
  const std::vector<const Content*>& on_shelf(const std::string& package, std::string_view area, std::string_view folder);
  void call(std::string action, std::string element, Reversible reversible, std::string reason, const Package* package = nullptr);
  void remove_listed();
  void record_version(const Package& package);

  PlanBuilder& plan_;
  const deploy::Environment& environment_;
  std::vector<const Package*> packages_;  // in install order
  std::map<const Package*, Subject> subjects_;
  std::map<std::string, Shelves> shelves_;
  std::map<const Package*, std::multimap<std::string_view, const Script*>> scripts_;  // by folder
  bool structure_changes_ = false;
};

const CreatioPlan::Shelves& CreatioPlan::shelves_of(const std::string& package) {
  const auto [entry, made] = shelves_.try_emplace(package);
  if (!made) return entry->second;
  for (const Content* content : plan_.contents_of(package)) {
    const Place place = place_of(content->key);
    Shelf& shelf = entry->second[lowered(place.area) + "/" + std::string(place.folder)];
    shelf.place = place;
    shelf.contents.push_back(content);
  }
  return entry->second;
}

const std::vector<const Content*>& CreatioPlan::on_shelf(const std::string& package, std::string_view area, std::string_view folder) {
  static const std::vector<const Content*> nothing;
  const Shelves& shelves = shelves_of(package);
  const auto found = shelves.find(std::string(area) + "/" + std::string(folder));
  return found == shelves.end() ? nothing : found->second.contents;
}

Subject CreatioPlan::subject_of(const Package& package) const {
  Subject subject{&package, environment_.find(package.id, package.name), false};
  const bool listed_as_added = std::any_of(environment_.added_by_install.begin(), environment_.added_by_install.end(),
                                           [&](const DeleteListEntry& entry) { return entry.id == package.id || entry.name == package.name; });
  subject.is_new = listed_as_added || (!subject.installed && !environment_.packages.empty() && environment_.packages_complete);
  return subject;
}

void CreatioPlan::call(std::string action, std::string element, Reversible reversible, std::string reason, const Package* package) {
  PlanStep step;
  step.kind = StepKind::host_call;
  if (package) step.package = package->name, step.package_id = package->id;
  step.action = std::move(action);
  step.element = std::move(element);
  step.transaction = StepTransaction::none;
  step.reversible = reversible;
  step.reason = std::move(reason);
  plan_.add(std::move(step));
}

// False when the script is left out, which is told.
bool CreatioPlan::runs_here(const Package& package, const Script& script, Change change) {
  const report::ScriptEntry* entry = plan_.entry(package, script);
  const std::optional<Dialect> engine = script.dialect ? script.dialect : entry ? entry->dialect : std::nullopt;
  if (plan_.engine() && engine && *engine != *plan_.engine()) {
    plan_.skip(package, script.name, "a script for " + std::string(to_string(*engine)));
    return false;
  }
  if (change == Change::unchanged) {
    plan_.skip(package, script.name, "unchanged: the target has it with the same date");
    return false;
  }
  return true;
}

void CreatioPlan::run_scripts(InstallType phase) {
  for (const deploy::OrderedScript& ordered : deploy::order_scripts(packages_, phase)) {
    const Package& package = *ordered.package;
    const Script& script = *ordered.script;
    const Subject& subject = subjects_.at(&package);
    PlanStep step;
    step.package = package.name;
    step.package_id = package.id;
    step.phase = to_string(phase);
    step.element = script.name;
    step.element_id = script.id;
    step.change = subject.change_of(subject.scripts, script.id, script.name, script.modified_ms);
    if (!runs_here(package, script, step.change)) continue;
    step.is_creatio_script = phase != InstallType::uninstall_app;
    plan_.describe_script(step, package, script);
    const std::string base = script.file.substr(script.file.rfind('/') + 1);
    for (const Content* content : on_shelf(package.name, "sqlscripts", script.folder)) {
      if (content->key.ends_with("/" + base)) step.contents.push_back(*content);
    }
    const deploy::InstalledScript* before = subject.scripts.find(script.id, script.name);
    if (before && before->text) {
      step.previous = before->text;
      step.previous_name = environment_.source + (before->file.empty() ? "" : " > " + before->file);
    }
    plan_.add(std::move(step));
  }
}

void CreatioPlan::put_element(const Subject& subject, const Place& place, const std::vector<const Content*>& contents) {
  const Package& package = *subject.package;
  PlanStep step;
  step.kind = lowered(place.area) == "files" || lowered(place.area) == "assemblies" || lowered(place.area) == "bin" ? StepKind::file_put : StepKind::element_put;
  step.package = package.name;
  step.package_id = package.id;
  step.element = place.area.empty() ? "descriptor.json" : std::string(place.area) + "/" + std::string(place.folder);
  step.transaction = StepTransaction::none;
  step.reversible = Reversible::r1;
  step.change = subject.is_new ? Change::added : Change::unknown;
  const std::string area = lowered(place.area);
  if (area == "schemas") {
    for (const Schema& schema : package.schemas) {
      if (element_folder_of(schema.at.file) != place.folder) continue;
      step.element_id = schema.id;
      step.change = subject.change_of(subject.schemas, schema.id, schema.name, schema.modified_ms);
      if (step.change != Change::unchanged && schema.manager == "EntitySchemaManager") structure_changes_ = true;
    }
  } else if (area == "data") {
    for (const DataBinding& binding : package.data_bindings) {
      if (element_folder_of(binding.at.file) != place.folder) continue;
      step.element_id = binding.id;
      step.change = subject.change_of(subject.data_bindings, binding.id, binding.name, binding.modified_ms);
    }
  } else if (area == "sqlscripts") {
    auto& by_folder = scripts_[&package];
    if (by_folder.empty()) {
      for (const Script& script : package.scripts) by_folder.emplace(script.folder, &script);
    }
    for (auto [at, end] = by_folder.equal_range(place.folder); at != end; ++at) {
      const Script& script = *at->second;
      step.element_id = script.id;
      step.change = subject.change_of(subject.scripts, script.id, script.name, script.modified_ms);
    }
  } else if (area == "resources") {
    // The texts of a schema change with it; they have no date of their own.
    for (const Schema& schema : package.schemas) {
      if (schema.name != place.folder.substr(0, place.folder.rfind('.'))) continue;
      step.change = subject.change_of(subject.schemas, schema.id, schema.name, schema.modified_ms);
    }
  } else if (area.empty() && subject.installed) {
    step.change = compare_dates(package.modified_ms, subject.installed->modified_ms);
  }
  if (step.change == Change::unchanged) return plan_.skip(package, step.element, "unchanged: the target has it with the same date");
  if (step.change == Change::added) step.reversible = Reversible::r0;
  step.reason = step.change == Change::added ? "new: taking it away undoes it" : "its previous content is in the package backup";
  for (const Content* content : contents) step.contents.push_back(*content);
  plan_.add(std::move(step));
}

// One step an element: a schema, a binding, a script, the resources of one schema, a file.
void CreatioPlan::put_elements(const Package& package) {
  std::vector<const Content*> descriptor;
  for (const Content* content : on_shelf(package.name, "", "")) {
    if (lowered(content->key).ends_with("/descriptor.json")) descriptor.push_back(content);
    else plan_.skip(package, std::string_view(content->key).substr(content->key.find('/') + 1), "no part of a package");
  }
  const Subject& subject = subjects_.at(&package);
  put_element(subject, {}, descriptor);
  for (const auto& [name, shelf] : shelves_of(package.name)) {
    if (!shelf.place.area.empty()) put_element(subject, shelf.place, shelf.contents);
  }
}

void CreatioPlan::put_data(const Package& package) {
  const Subject& subject = subjects_.at(&package);
  for (const DataBinding& binding : package.data_bindings) {
    PlanStep step;
    step.kind = StepKind::data_binding;
    step.package = package.name;
    step.package_id = package.id;
    step.element = binding.name;
    step.element_id = binding.id;
    step.install_type = binding.install_type;
    step.reversible = Reversible::r1;
    step.reason = "the rows it adds or changes are captured";
    step.change = subject.change_of(subject.data_bindings, binding.id, binding.name, binding.modified_ms);
    const bool there = subject.data_bindings.find(binding.id, binding.name) != nullptr;
    const int type = binding.install_type.value_or(0);
    if (type == 2 && subject.installed) {
      plan_.skip(package, binding.name, "bound data of the first install only, and the package is there");
    } else if (type == 3 && there) {
      plan_.skip(package, binding.name, "bound data that is installed once, and it is there");
    } else if (step.change == Change::unchanged) {
      plan_.skip(package, binding.name, "bound data unchanged: the target has it with the same date");
    } else {
      const std::string_view folder = element_folder_of(binding.at.file);
      for (const Content* content : on_shelf(package.name, "data", folder)) step.contents.push_back(*content);
      plan_.add(std::move(step));
    }
  }
}

// A backup folder as the input means a restore: what the install had added goes.
void CreatioPlan::remove_listed() {
  for (const report::InputEntry& input : plan_.input().report.inputs) {
    for (const DeleteListEntry& entry : input.delete_list) {
      PlanStep step;
      step.kind = StepKind::element_delete;
      step.package = entry.name;
      step.package_id = entry.id;
      step.element = "package " + entry.name;
      step.transaction = StepTransaction::none;
      step.reversible = Reversible::r1;
      step.change = Change::changed;
      step.reason = "its present content is in the package backup";
      plan_.add(std::move(step));
    }
  }
}

void CreatioPlan::record_version(const Package& package) {
  const Subject& subject = subjects_.at(&package);
  PlanStep step;
  step.kind = StepKind::version_record;
  step.package = package.name;
  step.package_id = package.id;
  step.element = "package " + package.name;
  step.version = package.version.value_or("");
  if (subject.installed) step.previous_version = subject.installed->version;
  step.change = subject.is_new ? Change::added
                : subject.installed ? compare_dates(package.modified_ms, subject.installed->modified_ms)
                                    : Change::unknown;
  step.reversible = Reversible::r1;
  step.reason = "its present row is in the package backup";
  if (step.change == Change::unchanged) return plan_.skip(package, step.element, "the recorded version stays: the package has the same date");
  plan_.add(std::move(step));
}

void CreatioPlan::install() {
  if (packages_.empty() && std::all_of(plan_.input().report.inputs.begin(), plan_.input().report.inputs.end(),
                                       [](const report::InputEntry& input) { return input.delete_list.empty(); })) {
    return;
  }
  run_scripts(InstallType::before_package);
  for (const Package* package : packages_) put_elements(*package);
  remove_listed();
  call("actualise-hierarchy", "packages", Reversible::r0, "repeated after the previous packages are back");
  if (structure_changes_) {
    call("update-structure", "tables", Reversible::r1, "repeated with the previous objects; columns that came stay, with what was entered in them");
  }
  run_scripts(InstallType::after_package);
  for (const Package* package : packages_) put_data(*package);
  run_scripts(InstallType::after_schema_data);
  call("generate-sources", "schemas", Reversible::r0, "repeated with the previous schemas");
  call("compile", "configuration", Reversible::r0, "repeated with the previous schemas");
  call("build-content", "client content", Reversible::r0, "repeated with the previous schemas");
  for (const Package* package : packages_) {
    if (package->install_scripts == 0) continue;
    call("after-install", std::to_string(package->install_scripts) + (package->install_scripts == 1 ? " C# step" : " C# steps"), Reversible::r3,
         "C# code of the package, which is not looked into", package);
  }
  for (const Package* package : packages_) record_version(*package);
  for (const Package* package : packages_) {
    for (const Script& script : package->scripts) {
      if (script.install_type == InstallType::uninstall_app) plan_.skip(*package, script.name, "runs when the package is deleted");
      if (!script.install_type) plan_.skip(*package, script.name, "its phase is unknown, so the platform does not run it");
    }
  }
}

void CreatioPlan::uninstall() {
  std::reverse(packages_.begin(), packages_.end());
  run_scripts(InstallType::uninstall_app);
  for (const Package* package : packages_) {
    PlanStep step;
    step.kind = StepKind::element_delete;
    step.package = package->name;
    step.package_id = package->id;
    step.element = "package " + package->name;
    step.transaction = StepTransaction::none;
    step.reversible = Reversible::r1;
    step.change = Change::changed;
    step.reason = "its present content is in the package backup";
    for (const Content* content : plan_.contents_of(package->name)) step.contents.push_back(*content);
    plan_.add(std::move(step));
  }
  if (!packages_.empty()) call("actualise-hierarchy", "packages", Reversible::r0, "repeated after the packages are back");
}

}  // namespace

void plan_creatio(PlanBuilder& plan) { CreatioPlan(plan).install(); }
void plan_creatio_uninstall(PlanBuilder& plan) { CreatioPlan(plan).uninstall(); }

}  // namespace backstay::apply
