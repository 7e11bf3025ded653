#include "core/deploy/element_references.hpp"

#include <doctest/doctest.h>

using namespace backstay;
using namespace backstay::deploy;

namespace {

// A package with one script, one schema with a parent, and one binding.
Package package(const char* name, const char* script_needs, const char* parent, const char* object) {
  Package made;
  made.name = name;
  made.id = std::string("id-") + name;
  made.scripts.resize(1);
  made.scripts[0].name = "Script";
  if (*script_needs) made.scripts[0].depends_on.push_back({.id = script_needs, .name = "Needed", .at = {}});
  made.schemas.resize(1);
  made.schemas[0].name = "Schema";
  if (*parent) made.schemas[0].parent = ElementReference{.id = parent, .name = "Parent", .at = {}};
  made.data_bindings.resize(1);
  made.data_bindings[0].name = "Rows";
  made.data_bindings[0].schema_id = object;
  return made;
}

// A target with one package that has a script "s", a schema "o", and no dependencies.
Environment target() {
  Environment environment;
  environment.packages.resize(1);
  InstalledPackage& there = environment.packages[0];
  there.id = "id-there";
  there.name = "There";
  there.scripts.emplace();
  there.scripts->resize(1);
  there.scripts->front().id = "s";
  there.schemas.emplace();
  there.schemas->push_back({"Object", "o", std::nullopt});
  environment.dependencies.resize(1);
  environment.dependencies[0].emplace();
  return environment;
}

std::string found(const Package& package, const Environment& environment) {
  std::string text;
  for (const Finding& finding : check_element_references({&package}, environment)) text += finding.rule + ": " + finding.message + "\n";
  return text;
}

}  // namespace

TEST_CASE("element references: what neither the delivery nor a known target has") {
  CHECK(found(package("Usr", "nowhere", "nowhere", "nowhere"), target()) ==
        "order/missing-element: script Script refers to script Needed, and neither the delivery nor the target has it\n"
        "order/missing-element: schema Schema refers to its parent Parent, and neither the delivery nor the target has it\n"
        "order/missing-element: data binding Rows refers to its object nowhere, and neither the delivery nor the target has it\n");
  // Nothing is known, or only a part.
  CHECK(found(package("Usr", "nowhere", "nowhere", "nowhere"), {}) == "");
  Environment part = target();
  part.packages_complete = false;
  CHECK(found(package("Usr", "nowhere", "nowhere", "nowhere"), part) == "");
  part = target();
  part.packages.emplace_back();
  part.packages.back().name = "Unlisted";
  CHECK(found(package("Usr", "nowhere", "nowhere", "nowhere"), part) == "");
}

TEST_CASE("element references: what the target has has to be reachable") {
  Package usr = package("Usr", "s", "o", "o");
  usr.dependencies.push_back({.name = "There", .id = "", .version = {}, .at = {}});
  CHECK(found(usr, target()) == "");
  usr.dependencies.clear();
  CHECK(found(usr, target()) ==
        "package/unreachable-element: script Script needs script  of package There, which Usr does not depend on\n"
        "package/unreachable-element: schema Schema needs its parent of package There, which Usr does not depend on\n"
        "package/unreachable-element: data binding Rows needs its object of package There, which Usr does not depend on\n");
  // Through a package whose dependencies nobody knows, everything may be in reach.
  Environment open = target();
  open.packages.emplace_back();
  open.packages.back().name = "Between";
  usr.dependencies.push_back({.name = "Between", .id = "", .version = {}, .at = {}});
  CHECK(found(usr, open) == "");
  open.dependencies.resize(2);
  open.dependencies.back().emplace();
  CHECK(found(usr, open) != "");
  open.dependencies.back()->push_back({.name = "There", .id = "", .version = {}, .at = {}});
  CHECK(found(usr, open) == "");
}

TEST_CASE("element references: an install takes nothing away from a package it replaces") {
  Package there = package("There", "s", "", "o");
  there.id = "id-there";
  CHECK(found(there, target()) == "");
}
