// What a target has: installed packages, stored ORIGAM versions, database, running jobs. Format: environment.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/deploy/order.hpp"

namespace backstay::deploy {

struct EnvironmentColumn {
  std::string name, type;
  std::optional<bool> nullable;
};

struct EnvironmentTable {
  std::string name;  // as the database shows it, with its schema when it was given: "public.Contact"
  std::optional<std::vector<EnvironmentColumn>> columns;
  std::optional<std::int64_t> rows;
};

struct EnvironmentJob {
  std::string id, kind, table, started;
  std::optional<bool> blocks;  // nullopt: as its kind does
  std::int64_t done = 0, total = 0;
};
// An import, bulk update, restore or promotion blocks unless it says otherwise (promotion-format, "jobs").
bool is_blocking(const EnvironmentJob& job);

// nullopt where nothing is known, which is never read as "there is none".
struct Environment {
  std::vector<InstalledPackage> packages;         // of a Creatio target
  // What each of `packages` depends on; nullopt or beyond the end: not known.
  std::vector<std::optional<std::vector<Dependency>>> dependencies;
  std::vector<InstalledPackage> origam_versions;  // what ORIGAM's version table holds
  // False when the packages are only some of the target's: a backup folder holds those an install changed.
  bool packages_complete = true;
  std::vector<DeleteListEntry> added_by_install;  // of a backup folder: not in the target before that install
  std::optional<Dialect> engine;
  std::string server_version;
  std::optional<std::vector<EnvironmentTable>> tables;
  std::optional<std::vector<EnvironmentJob>> jobs;
  bool is_packages = false;                       // read from the packages themselves
  std::string source;                             // file or folder it was read from; for people

  // Both lists as one, as ORIGAM's orders take it: lines "Package Version" serve as either.
  std::vector<InstalledPackage> installed() const;
  const InstalledPackage* find(std::string_view id, std::string_view name) const;  // in `packages`: by id, else by name
  const EnvironmentTable* table(std::string_view name) const;  // without case and without schema; nullptr also when unknown
};

// A text: the JSON object "backstay.environment/1", an export of ORIGAM's version table (JSON rows, or lines
// with a heading), or lines "Package Version".
// Errors: malformed or not_recognised with the place.
Result<Environment> parse_environment(std::string_view text, std::string_view file);

// The packages of a folder or archive as what a target has: an unpacked server, a backup folder, a delivery that
// was installed, an ORIGAM model that was deployed. `set.packages` with the contents of their scripts, which are taken.
Environment environment_of(PackageSet&& set, std::string_view source);

// The packages of parse_environment as one list.
Result<std::vector<InstalledPackage>> read_environment(std::string_view text, std::string_view file);

}  // namespace backstay::deploy
