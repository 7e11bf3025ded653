// The front door of the SQL part: a script goes in, findings and a verdict come out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/finding.hpp"
#include "core/base/limits.hpp"
#include "core/base/text_document.hpp"
#include "core/package/package.hpp"
#include "core/sql/outline.hpp"

namespace backstay::sql {

// What a configuration says about scripts (backstay.json; shared by command line and browser).
struct Config {
  std::vector<std::string> service_tables;     // globs on the bare name, case-insensitive
  std::vector<std::string> separators_allowed = {"GO", "/"};
  std::vector<std::string> builtin_routines;   // names that count as built in, besides ours
  std::map<std::string, std::string> default_schema = {{"postgresql", "public"}, {"mssql", "dbo"}};
  bool client_commands_allowed = false;
  Limits limits;
};

struct Options {
  std::optional<Dialect> dialect;           // declared; nullopt = detect
  std::optional<InstallType> install_type;  // nullopt for a bare script: judged like AfterPackage
  std::optional<bool> backward_compatible;
  bool has_descriptor = false;              // backward-flag-mismatch needs one
};

// One statement as `backstay statements` prints it.
struct StatementInfo {
  std::uint32_t line = 1, end_line = 1;
  std::string kind;     // "SELECT", "CREATE-VIEW", ...
  std::string context;  // "top", "block", "branch", "loop", "handler", "body", "dynamic"
  std::size_t begin = 0, end = 0;  // bytes in document.text()
};

enum class Verdict : std::uint8_t { safe, with_capture, irreversible, not_understood };
std::string_view to_string(Verdict verdict);

struct Analysis {
  Dialect dialect = Dialect::postgresql;  // the one the script was read in
  Findings findings;      // rule ids with "sql/", sorted by place then rule; places and excerpts filled
  std::size_t statements = 0;             // top-level statements
  Reversibility reversibility = Reversibility::yes;  // class of the whole script: yes, with_capture, no
  Verdict verdict = Verdict::safe;
  Outline outline;                        // for a comparison with other scripts
};

// Dialect by lexical evidence outside strings and comments; nullopt when the text fits several.
std::optional<Dialect> detect_dialect(const TextDocument& document);

Analysis analyse(const TextDocument& document, const Options& options, const Config& config);

// Every statement, nested ones included, in order of their start.
std::vector<StatementInfo> list_statements(const TextDocument& document, Dialect dialect, const Config& config);

// One rule as the catalogue shows it.
struct RuleInfo {
  std::string_view id;        // "sql/update-data"
  std::string_view title;
  Severity severity = Severity::warning;
  std::string_view page;      // its page, Markdown, compiled in
};
std::vector<RuleInfo> rule_catalogue();

}  // namespace backstay::sql
