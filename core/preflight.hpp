// Preflight: read, validate, resolve, check SQL, plan the rollback, one report. Start reading here.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/byte_source.hpp"
#include "core/base/limits.hpp"
#include "core/deploy/environment.hpp"
#include "core/report/report.hpp"
#include "core/sql/table_uses.hpp"

namespace backstay {

struct PreflightOptions {
  std::optional<Dialect> dialect;                 // for scripts that declare none
  sql::Config sql;
  std::map<std::string, std::optional<Severity>> rules;  // overrides by rule id; nullopt = off
  deploy::Environment environment;                       // what is known about the target
  std::string active_package;  // name or id: of an ORIGAM model only this package and what it references; empty: all
  Limits limits;
  // Off for who wants the order alone: no SQL is read, so there are no script entries and no sql/ findings.
  bool check_scripts = true;
  // On when the inputs will be compared with their previous version: entries keep the text of their script till then.
  bool keep_script_text = false;
};

// Gives findings the severity that `rules` says and takes out those whose rule is off.
void apply_rules(Findings& findings, const std::map<std::string, std::optional<Severity>>& rules);

// One input read and its scripts checked; nothing in it refers to other inputs, so inputs may be
// checked in parallel and joined in their order.
struct CheckedInput {
  report::InputEntry entry;
  std::optional<PackageSet> set;  // absent when the input could not be read; then findings say why
  std::vector<report::ScriptEntry> scripts;
  std::vector<std::vector<sql::TableUse>> tables;  // of each script, when the target's are known; else empty
  Findings findings;
};

// Never fails: what cannot be read becomes a finding. `progress` may be null.
CheckedInput check_input(const Input& input, const PreflightOptions& options, Progress* progress);

// Resolves dependencies and order over all inputs together and plans the rollback. `previous` is what the inputs
// replace, checked with keep_script_text like them; its findings are not reported, except that it could not be read.
report::Report join(std::vector<CheckedInput> inputs, const PreflightOptions& options, std::vector<CheckedInput> previous = {});

// Both in one call.
report::Report preflight(const std::vector<Input>& inputs, const PreflightOptions& options, Progress* progress,
                         const std::vector<Input>& previous = {});

}  // namespace backstay
