#include "core/package/creatio/sql_script.hpp"

#include <algorithm>

#include "core/base/path.hpp"
#include "core/base/text_document.hpp"
#include "core/package/member_name.hpp"

namespace backstay::creatio {
namespace {

std::optional<Dialect> dialect_of(int code) {
  switch (code) {
    case 0: return Dialect::mssql;
    case 1: return Dialect::oracle;
    case 2: return Dialect::postgresql;
    default: return std::nullopt;
  }
}

std::optional<InstallType> install_type_of(int code) {
  switch (code) {
    case 0: return InstallType::before_package;
    case 1: return InstallType::after_package;
    case 2: return InstallType::after_schema_data;
    case 3: return InstallType::uninstall_app;
    default: return std::nullopt;
  }
}

std::string name_of(const PackageFile& file) { return std::string(file_name(file.path)); }

// <folder>.sql before <Name>.sql before the first by name.
const PackageFile* choose_text(const ScriptFiles& files, const Script& script) {
  for (const std::string& wanted : {std::string(files.folder), script.name}) {
    for (const bool exact : {true, false}) {
      for (const PackageFile* text : files.texts) {
        const std::string name = name_of(*text);
        if (exact ? name == wanted + ".sql" : same_name(name, wanted + ".sql")) return text;
      }
    }
  }
  const auto first = std::min_element(files.texts.begin(), files.texts.end(),
                                      [](const PackageFile* a, const PackageFile* b) { return a->path < b->path; });
  return first == files.texts.end() ? nullptr : *first;
}

void read_text(const ScriptFiles& files, Script& script, const PackageFile& place, Reading& reading) {
  const PackageFile* chosen = choose_text(files, script);
  if (!chosen) {
    reading.report("package/script-without-text", Severity::warning, "script " + script.name + " has no .sql file", place);
    reading.package.odd.push_back("SqlScripts/" + std::string(files.folder) + " has no .sql file");
    return;
  }
  script.file = reading.files.name(*chosen);
  std::string storage;
  auto text = load(*chosen, reading, storage);
  if (text.ok()) {
    script.content = storage.empty() ? std::string(text.value()) : std::move(storage);
  } else {
    reading.report("package/unreadable-element", text.error());
  }
  const std::string name = name_of(*chosen);
  if (!same_name(name, std::string(files.folder) + ".sql")) {
    reading.report("package/script-file-name", Severity::info,
                   "the text of script " + script.name + " is " + name + " and not " + std::string(files.folder) + ".sql", *chosen);
  }
  for (const PackageFile* other : files.texts) {
    if (other == chosen) continue;
    reading.report("package/second-sql-file", Severity::warning,
                   "script folder " + std::string(files.folder) + " holds a second text, " + name_of(*other) + "; " + name + " is the one that runs", *other, {},
                   std::string_view::npos, "remove the text that is not wanted");
    reading.package.odd.push_back("SqlScripts/" + std::string(files.folder) + " holds a second .sql file, " + name_of(*other));
  }
}

// The engine or phase of a descriptor as text for the counts: "mssql", "engine 7", "absent".
template <class Value>
std::string label(const std::optional<Value>& value, const JsonValue* code, std::string_view what) {
  if (value) return std::string(to_string(*value));
  if (!code || code->is(JsonValue::Kind::null)) return "absent";
  return std::string(what) + " " + (code->is(JsonValue::Kind::integer) ? std::to_string(code->integer) : "unreadable");
}

void read_depends_on(const JsonValue& list, std::string_view text, Script& script, const std::string& file) {
  if (list.items.empty()) return;
  const TextDocument document(text, file);
  for (const JsonValue& entry : list.items) {
    script.depends_on.push_back({.id = guid_in(entry, "UId"),
                                 .name = entry.text("Name").value_or(""),
                                 .at = document.position_of_stored(entry.offset)});
  }
}

// Fills `script` from its descriptor and gives the key under which it is counted.
std::string read_script_descriptor(const PackageFile& file, Script& script, Reading& reading) {
  auto loaded = load_json(file, reading);
  if (!loaded.ok()) {
    reading.report("package/unreadable-element", loaded.error());
    return "unreadable";
  }
  const std::string_view text = loaded.value().text();
  const JsonValue* entry = loaded.value().root().find("SqlScript");
  if (!entry || !entry->is(JsonValue::Kind::object)) {
    reading.report("package/unreadable-element", Severity::error, "descriptor of script " + script.name + " has no \"SqlScript\" object", file, text, 0);
    return "unreadable";
  }
  script.name = entry->text("Name").value_or(script.name);
  script.id = guid_in(*entry, "UId");
  script.modified_ms = date_in(*entry, "ModifiedOnUtc");
  script.backward_compatible = entry->flag("BackwardCompatibilityConfirmed");
  const auto engine = code_in(*entry, "DBEngineType"), phase = code_in(*entry, "InstallType");
  if (engine) script.dialect = dialect_of(*engine);
  if (phase) script.install_type = install_type_of(*phase);
  const JsonValue* engine_value = entry->find("DBEngineType");
  const JsonValue* phase_value = entry->find("InstallType");
  const std::string engine_label = label(script.dialect, engine_value, "engine"), phase_label = label(script.install_type, phase_value, "phase");
  if (!script.dialect) {
    reading.report("package/unknown-engine", Severity::warning, "DBEngineType of script " + script.name + " is " + engine_label + "; known are 0 (MSSql), 1 (Oracle), 2 (PostgreSql)", file, text,
                   (engine_value ? engine_value : entry)->offset);
  }
  if (!script.install_type) {
    reading.report("package/unknown-install-type", Severity::warning, "InstallType of script " + script.name + " is " + phase_label + "; known are 0 (BeforePackage) to 3 (UninstallApp)", file, text,
                   (phase_value ? phase_value : entry)->offset);
  }
  if (const JsonValue* list = entry->find("DependsOn")) read_depends_on(*list, text, script, reading.files.name(file));
  const char* flag = !script.backward_compatible ? "absent" : *script.backward_compatible ? "yes" : "no";
  return engine_label + "/" + phase_label + "/" + flag;
}

}  // namespace

void read_script(const ScriptFiles& files, Reading& reading) {
  Package& package = reading.package;
  Script script;
  script.folder = files.folder;
  script.name = files.folder;
  const PackageFile* place = files.descriptor ? files.descriptor : files.texts.empty() ? nullptr : files.texts.front();
  if (!place) return;
  if (!files.descriptor) {
    reading.report("package/element-without-descriptor", Severity::warning, "script folder " + script.folder + " has no descriptor.json: the platform does not run it", *place);
    package.odd.push_back("SqlScripts/" + script.folder + " has no descriptor.json");
    return;
  }
  script.at = {.file = reading.files.name(*files.descriptor), .line = 1, .column = 1};
  ++package.counts.sql_scripts;
  ++package.counts.sql_by_engine_phase_flag[read_script_descriptor(*files.descriptor, script, reading)];
  if (script.name != script.folder) {
    const bool only_case = same_name(script.name, script.folder);
    reading.report("package/script-folder-name", Severity::info,
                   "script " + script.name + " lies in folder " + script.folder + (only_case ? ": the letter case differs" : ""), *files.descriptor);
    package.odd.push_back("SqlScripts/" + script.folder + " holds a script named " + script.name);
  }
  read_text(files, script, *place, reading);
  package.scripts.push_back(std::move(script));
}

}  // namespace backstay::creatio
