// Deployment versions and their activities as they stand in one `.origam` file. Format: deployment_version.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/finding.hpp"
#include "core/base/limits.hpp"
#include "core/package/package.hpp"

namespace backstay::origam {

struct Activity {
  std::string id, name;
  std::string parent_id;               // of an activity that stands outside its version; else empty
  bool restores_file = false;          // unpacks a file instead of running a command
  std::string target, location;        // of a file restore: the path it writes and what that is relative to
  std::optional<std::string> content;  // of a file restore: as `command`
  std::int32_t order = 0;              // absent is 0
  std::optional<std::string> platform; // as written; absent means MsSql
  std::optional<std::string> command;  // the text, or a name of an external file behind the marker
  SourcePos at;
};

struct VersionRecord {
  DeploymentVersion version;        // dependencies carry ids only: names are known to the model
  std::vector<Activity> activities; // ascending order, equal ones as stored
};

struct VersionFile {
  std::vector<VersionRecord> versions;
  std::vector<Activity> loose;  // activities that name their version by parent id
  Findings findings;            // of values that cannot be read; the package is not named yet
};

// Value of `command` when it names a file beside the item: the name; nullopt when it is the text itself.
std::optional<std::string> external_file_name(std::string_view value);

// Errors: those of XmlFile::parse. A file without deployment versions gives an empty answer.
Result<VersionFile> read_version_file(std::string_view bytes, std::string path, const Limits& limits);

// Ascending `activityOrder`; equal ones keep their place.
void sort_activities(std::vector<Activity>& activities);

}  // namespace backstay::origam
