// The report as values: what contract.md describes as JSON. Writers turn it into each format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/finding.hpp"
#include "core/deploy/order.hpp"
#include "core/package/package.hpp"
#include "core/sql/sql.hpp"
#include "core/text/words.hpp"

namespace backstay::report {

class JsonWriter;

struct InputEntry {
  std::string path;
  std::optional<InputKind> kind;  // nullopt when it could not be read
  std::uint64_t bytes = 0;
  std::string sha256;             // empty for folders, or when the host has not computed it: written as null
  bool is_folder = false;
  bool is_backup = false;         // a vendor's backup folder: it holds what restoring removes
  std::vector<DeleteListEntry> delete_list;
};

// Against the previous version of the delivery, when one was given.
enum class Change : std::uint8_t { added, changed, unchanged };
std::string_view to_string(Change change);

struct ScriptEntry {
  std::string package, name, folder, file, id;
  std::string input;  // Input::path it came from; set where inputs are joined
  std::optional<Dialect> dialect;
  std::optional<InstallType> install_type;
  std::optional<std::string> deployment_version;
  std::optional<bool> backward_compatible;
  std::optional<std::int64_t> modified_ms;
  std::vector<ElementReference> depends_on;
  std::uint64_t bytes = 0;
  std::size_t statements = 0;
  sql::Verdict verdict = sql::Verdict::safe;
  Reversibility reversibility = Reversibility::yes;
  std::optional<Change> change;  // nullopt: nothing to compare with
  sql::Outline outline;
  std::string text;              // kept only until two versions are compared
};

enum class RollbackVerdict : std::uint8_t { full, with_capture, suspended, impossible, not_applicable };
std::string_view to_string(RollbackVerdict verdict);

struct RollbackStep {
  std::string action;   // "re-run-previous-script", "restore-package", "remove-package", "reverse-script", "none", ...
  std::string package, element;
  std::string note;     // one sentence; may be empty
};

struct Rollback {
  RollbackVerdict verdict = RollbackVerdict::not_applicable;
  std::vector<std::string> reasons;
  std::vector<RollbackStep> steps;
};

struct Summary {
  std::size_t errors = 0, warnings = 0, infos = 0, suppressed = 0;
  std::size_t packages = 0, scripts = 0, statements = 0;
  std::uint64_t milliseconds = 0;  // set by the host: the core has no clock
};

struct Report {
  std::vector<InputEntry> inputs;
  std::vector<Package> packages;      // scripts' content is released
  std::vector<ScriptEntry> scripts;
  deploy::Order order;
  Findings findings;                  // in order of inputs, then package, file and place
  Rollback rollback;
  Summary summary;
  bool unreadable_input = false;      // at least one input could not be read: exit code 3
};

// Recounts errors, warnings, infos and totals from the rest.
void summarise(Report& report);

enum class Format : std::uint8_t { text, json, sarif, junit, markdown, html, github };
std::optional<Format> format_from(std::string_view name);
std::string_view to_string(Format format);

struct WriteOptions {
  bool colour = false;
  std::size_t width = 80;
  Language lang = Language::en;  // of sentences; names, ids and members stay as they are
  bool quiet = false;  // text: findings and the last line only
  // junit: from which severity on a finding fails its test; nullopt = none does.
  std::optional<Severity> fail_on = Severity::error;
};

// The whole report in one format, ending with a line break. Pure: same report, same bytes. Always
// valid UTF-8, whatever bytes names and messages hold; nothing in them can act as markup, as a
// terminal's control sequence or as a command to a build server.
// JSON: preflight_report.md and report.schema.json. SARIF: version 2.1.0.
std::string write(const Report& report, Format format, const WriteOptions& options = {});

// The order alone, as `backstay order` prints it: one step a line ("Package Version"), or the
// reason why there is none.
std::string write_order(const Report& report, Format format, const WriteOptions& options = {});

// What `backstay repair` has to say about one input.
struct RepairedInput {
  std::string path;
  deploy::Order order;                 // as it was found
  struct Written {
    std::string file, backup;          // inside the input; `backup` is empty when none was kept
  };
  std::vector<Written> written;        // by the first repair, which was proved by reading the input again
};

// Text or JSON: what stands in the way, the proposals with the lines they change, what was written.
std::string write_repairs(const std::vector<RepairedInput>& inputs, Format format, const WriteOptions& options = {});

// Parts of the JSON report, for answers that carry only some of them. Written where `writer` stands.
void write_findings(JsonWriter& writer, const Findings& findings, bool suppressed);
void write_order(JsonWriter& writer, const deploy::Order& order);
void write_repair(JsonWriter& writer, const deploy::Repair& repair);

// What a scripts' verdict or a finding's class is called in every format.
std::string_view to_string(Severity severity);
std::string_view to_string(Reversibility reversibility);

// Where a reader finds the place: the input's path and the path inside it as one, with '/'. For a
// member of an archive `inside` holds the part that lies in it and `path` is the archive.
struct Location {
  std::string path;
  std::string inside;
};
Location location_of(const Report& report, const Finding& finding);

}  // namespace backstay::report
