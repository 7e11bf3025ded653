// The vendor-neutral model every reader fills: what a package is, where each part was read.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/finding.hpp"
#include "core/base/result.hpp"

namespace backstay {

enum class InputKind : std::uint8_t {
  creatio_delivery,   // zip of .gz containers
  creatio_archive,    // one .gz container
  creatio_package,    // a package folder
  creatio_workspace,  // packages/<Package>/...
  origam_model,
  promotion,
  sql_script,
};
std::string_view to_string(InputKind kind);  // "creatio-delivery", ... as in the report

enum class Vendor : std::uint8_t { creatio, origam, trackvia };

enum class Dialect : std::uint8_t { postgresql, mssql, oracle };
std::string_view to_string(Dialect dialect);
std::optional<Dialect> dialect_from(std::string_view name);

enum class InstallType : std::uint8_t { before_package, after_package, after_schema_data, uninstall_app };
std::string_view to_string(InstallType type);  // "BeforePackage", ...

struct ElementReference {
  std::string id;    // normal form: lower case, dashes, no braces; may be empty
  std::string name;  // may be empty
  SourcePos at;
};

struct Dependency {
  std::string name;                    // Creatio: as written; ORIGAM: resolved name, or the id when unknown
  std::string id;                      // normal form
  std::optional<std::string> version;  // as written, blanks kept
  SourcePos at;
};

struct Script {
  std::string name;
  std::string folder;                  // Creatio: the element's folder, which may differ from the name
  std::string file;                    // path inside the input
  std::string id;
  std::optional<Dialect> dialect;      // nullopt: unknown engine code, or a bare script (detected later)
  std::optional<InstallType> install_type;
  std::optional<std::string> deployment_version;  // ORIGAM
  std::optional<bool> backward_compatible;        // tri-state: absent is not false
  std::optional<std::int64_t> modified_ms;        // Unix epoch, milliseconds
  std::vector<ElementReference> depends_on;
  std::string content;                 // bytes as stored
  SourcePos at;                        // its descriptor entry or activity
};

struct DataBinding {
  std::string name, id, schema_name, schema_id;
  std::optional<int> install_type;     // 0 installation, 1 update existing, 2 initial package, 3 initial data
  std::size_t columns = 0, key_columns = 0, force_update_columns = 0, rows = 0, localizations = 0;
  std::optional<std::int64_t> modified_ms;
  SourcePos at;
};

struct Schema {
  std::string name, id, manager;
  std::optional<ElementReference> parent;
  bool extends_parent = false;
  enum class MetadataForm : std::uint8_t { none, json, lines } form = MetadataForm::none;
  struct Column {
    std::string id, name, type_id, lookup_id;
  };
  std::vector<Column> columns;  // objects in JSON form only
  std::optional<std::int64_t> modified_ms;
  SourcePos at;
};

// One version of an ORIGAM package that scripts belong to.
struct DeploymentVersion {
  std::string id, name;      // label; only `number` orders
  std::string number;        // as written, blanks kept
  bool number_readable = true;
  std::vector<Dependency> dependencies;  // entries, in file order
  bool has_list = false;     // the attribute is there and not empty
  std::string file;
  SourcePos at;
  std::size_t activities = 0;
};

// An ORIGAM activity that unpacks a file instead of running a command (origam.md section 2).
struct FileRestore {
  std::string name, id;
  std::string deployment_version;
  std::string target;               // as written
  std::string location;             // "ReportsFolder" (the default) or "Manual"
  std::string file;                 // path of the zip inside the input; empty when the value stands in the XML
  std::size_t after_scripts = 0;    // how many scripts of the package run before it
  SourcePos at;
};

struct PackageCounts {
  std::size_t schemas = 0, sql_scripts = 0, data_bindings = 0, resources = 0, assemblies = 0, files = 0;
  // Beyond the contract; files = every record or file of the package.
  std::size_t content_files = 0, other_files = 0, element_files = 0;
  std::size_t data_rows = 0, data_localizations = 0, deployment_versions = 0, activities = 0;
  std::uint64_t element_bytes = 0;
  std::map<std::string, std::size_t> schemas_by_manager;
  std::map<std::string, std::size_t> data_by_install_type;
  // "mssql/AfterPackage/yes" -> scripts; the flag is yes, no or absent. An unknown engine or phase
  // stands there as "engine 7", "phase 9" or "absent".
  std::map<std::string, std::size_t> sql_by_engine_phase_flag;
  std::size_t metadata_json = 0, metadata_lines = 0;  // the two forms of metadata.json
  std::size_t build_files = 0;                        // Files/Bin, Files/obj, *.pdb
  std::uint64_t build_bytes = 0;
  // Packed packages only.
  std::size_t records = 0;
  std::uint64_t record_bytes = 0;
  std::map<std::string, std::size_t> separators;  // none, slash, backslash, both -> record names
  std::string first_record;
};

struct Package {
  Vendor vendor = Vendor::creatio;
  std::string name, id;
  std::optional<std::string> version;
  std::optional<std::string> maintainer;
  std::optional<std::string> description;
  std::optional<std::int64_t> modified_ms;
  std::optional<int> type;              // Creatio: 0 general, 1 own assembly
  std::optional<int> install_behavior;  // Creatio: 0 required, 1 optional
  std::optional<std::string> project_path;
  std::size_t install_scripts = 0;      // C# install steps
  struct App {
    std::string name, code, version;
    std::vector<ElementReference> packages;
  };
  std::optional<App> app;
  std::vector<Dependency> dependencies;
  std::vector<Schema> schemas;
  std::vector<Script> scripts;
  std::vector<DataBinding> data_bindings;
  std::vector<FileRestore> file_restores;              // in the order they run
  std::vector<DeploymentVersion> deployment_versions;  // ascending by number, equal ones in storage order
  PackageCounts counts;
  std::vector<std::string> odd;    // what is unusual about its files, one short text each
  std::uint64_t bytes = 0;         // content of all records or files, unpacked
  std::uint64_t packed_bytes = 0;  // as delivered; 0 for folders
  std::string file;                // the member or folder it was read from, inside the input
  SourcePos at;                    // its descriptor
};

// Creatio's backup folder (creatio.md section 8).
struct DeleteListEntry {
  std::string id, name;
};

// Everything one input holds.
struct PackageSet {
  InputKind kind = InputKind::creatio_package;
  std::vector<Package> packages;  // order of the input; for ORIGAM the package list of origam.md 6.1
  std::vector<DeleteListEntry> delete_list;
  bool is_backup = false;         // a DeleteList.txt was there
  std::string active_package_id;  // ORIGAM: the package that nobody references (the last one)
  Findings findings;              // what the reader has to say: errors, oddities
  std::uint64_t bytes = 0;
  bool has_unreadable_part = false;  // a member could not be read: exit code 3, the others are in here
};

// GUIDs are compared in this form: lower case, dashed, without braces. nullopt when it is none.
std::optional<std::string> normalise_guid(std::string_view text);

}  // namespace backstay
