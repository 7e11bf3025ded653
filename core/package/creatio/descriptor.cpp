#include "core/package/creatio/descriptor.hpp"

#include "core/base/text_document.hpp"

namespace backstay::creatio {
namespace {

// Application templates keep "%AppCode%" and "%Guid%", "%Guid(0)%" where a real package has values.
bool is_placeholder(std::string_view text) {
  const std::size_t first = text.find('%');
  return first != std::string_view::npos && text.find('%', first + 1) != std::string_view::npos;
}

void read_dependencies(const JsonValue& list, const PackageFile& file, std::string_view text, Reading& reading) {
  const std::string name = reading.files.name(file);
  const TextDocument document(text, name);
  for (const JsonValue& entry : list.items) {
    if (!entry.is(JsonValue::Kind::object)) {
      reading.report("package/malformed-dependency", Severity::warning, "entry of DependsOn is no object", file, text, entry.offset);
      continue;
    }
    Dependency dependency;
    dependency.name = entry.text("Name").value_or("");
    dependency.id = guid_in(entry, "UId");
    dependency.version = entry.text("PackageVersion");
    dependency.at = document.position_of_stored(entry.offset);
    if (dependency.name.empty() && dependency.id.empty()) {
      reading.report("package/malformed-dependency", Severity::warning, "entry of DependsOn has neither a UId nor a Name", file, text, entry.offset);
      continue;
    }
    reading.package.dependencies.push_back(std::move(dependency));
  }
}

std::size_t count_install_scripts(const JsonValue& scripts) {
  if (scripts.is(JsonValue::Kind::array)) return scripts.items.size();
  std::size_t count = 0;
  for (const JsonMember& stage : scripts.members) count += stage.value.items.size();
  return count;
}

void check_oddities(const JsonValue& descriptor, const PackageFile& file, std::string_view text, Reading& reading) {
  const Package& package = reading.package;
  if (!normalise_guid(package.id)) {
    reading.report("package/invalid-id", Severity::warning,
                   package.id.empty() ? "package " + package.name + " has no UId" : "UId \"" + package.id + "\" of package " + package.name + " is no GUID",
                   file, text, descriptor.offset, "give the package the UId it has on its home system: updates are matched by it");
  }
  const JsonValue* modified = descriptor.find("ModifiedOnUtc");
  if (modified && !package.modified_ms) {
    reading.report("package/unreadable-date", Severity::info, "ModifiedOnUtc is not of the form \"/Date(milliseconds)/\"", file, text, modified->offset);
  }
  if (package.install_scripts > 0 && package.type.value_or(0) != 1) {
    reading.report("package/install-scripts-without-assembly", Severity::warning,
                   "InstallScripts need a package of Type 1: the platform takes C# install steps only from a package with an assembly of its own",
                   file, text, descriptor.find("InstallScripts")->offset);
  }
  constexpr std::string_view unlocked = "#OriginalMaintainer:";
  if (package.description && package.description->find(unlocked) != std::string::npos) {
    reading.report("package/unlocked", Severity::info,
                   "the package was unlocked: its description names another maintainer (" + package.description->substr(package.description->find(unlocked), 120) + ")",
                   file, text, descriptor.find("Description")->offset);
  }
}

}  // namespace

Result<Nothing> read_descriptor(const PackageFile& file, Reading& reading) {
  auto loaded = load_json(file, reading);
  if (!loaded.ok()) return loaded.error();
  const std::string_view text = loaded.value().text();
  const auto malformed = [&](std::string message, std::size_t offset) {
    return Error{ErrorCode::malformed, place_in(text, reading.files.name(file), offset), std::move(message)};
  };
  const JsonValue* descriptor = loaded.value().root().find("Descriptor");
  if (!descriptor || !descriptor->is(JsonValue::Kind::object)) {
    return malformed("no package: descriptor.json has no \"Descriptor\" object", 0);
  }
  Package& package = reading.package;
  package.name = descriptor->text("Name").value_or("");
  if (package.name.empty()) return malformed("no package: its descriptor has no Name", descriptor->offset);
  package.id = guid_in(*descriptor, "UId");
  if (is_placeholder(package.name) || is_placeholder(package.id)) {
    return Error{ErrorCode::not_recognised, place_in(text, reading.files.name(file), descriptor->offset),
                 "a template and no package: the placeholders of \"" + package.name + "\" are not filled in"};
  }
  package.at = place_in(text, reading.files.name(file), descriptor->offset);
  package.version = descriptor->text("PackageVersion");
  package.maintainer = descriptor->text("Maintainer");
  package.description = descriptor->text("Description");
  package.modified_ms = date_in(*descriptor, "ModifiedOnUtc");
  package.type = code_in(*descriptor, "Type");
  package.install_behavior = code_in(*descriptor, "InstallBehavior");
  package.project_path = descriptor->text("ProjectPath");
  if (const JsonValue* scripts = descriptor->find("InstallScripts")) package.install_scripts = count_install_scripts(*scripts);
  if (const JsonValue* list = descriptor->find("DependsOn")) {
    if (list->items.size() > reading.limits.max_dependencies) {
      return Error{ErrorCode::limit_exceeded, place_in(text, reading.files.name(file), list->offset),
                   std::to_string(list->items.size()) + " dependencies are over the limit of " + std::to_string(reading.limits.max_dependencies)};
    }
    if (!list->is(JsonValue::Kind::array) && !list->is(JsonValue::Kind::null)) {
      reading.report("package/malformed-dependency", Severity::warning, "DependsOn is no list", file, text, list->offset);
    }
    read_dependencies(*list, file, text, reading);
  }
  check_oddities(*descriptor, file, text, reading);
  return Nothing{};
}

void read_app_descriptor(const PackageFile& file, Reading& reading) {
  auto loaded = load_json(file, reading);
  if (!loaded.ok()) return reading.report("package/unreadable-element", loaded.error());
  const JsonValue& root = loaded.value().root();
  Package::App app;
  app.name = root.text("Name").value_or("");
  app.code = root.text("Code").value_or("");
  app.version = root.text("Version").value_or("");
  if (const JsonValue* list = root.find("Packages")) {
    for (const JsonValue& entry : list->items) {
      app.packages.push_back({.id = guid_in(entry, "UId"), .name = entry.text("Name").value_or(""), .at = {.file = reading.files.name(file)}});
    }
  }
  reading.package.app = std::move(app);
}

}  // namespace backstay::creatio
