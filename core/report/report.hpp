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

namespace backstay::report {

struct InputEntry {
  std::string path;
  std::optional<InputKind> kind;  // nullopt when it could not be read
  std::uint64_t bytes = 0;
  std::string sha256;             // empty for folders: written as null
};

struct ScriptEntry {
  std::string package, name, folder, file;
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
};

enum class RollbackVerdict : std::uint8_t { full, with_capture, suspended, impossible, not_applicable };
std::string_view to_string(RollbackVerdict verdict);

struct RollbackStep {
  std::string action;   // "re-run-previous-script", "restore-package", "remove-package", "reverse-script", "none"
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

struct WriteOptions {
  bool colour = false;
  std::size_t width = 80;
  std::string lang = "en";
  bool quiet = false;  // text: findings and the last line only
};

// The whole report in one format, ending with a line break. Pure: same report, same bytes.
std::string write(const Report& report, Format format, const WriteOptions& options = {});

}  // namespace backstay::report
