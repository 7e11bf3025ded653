// The options of the commands that work on a system: which database, which store, how to report.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

#include "native-plugin/host/plugin_session.hpp"

namespace backstay::host {

struct TargetOptions {
  std::string database, store, state_dir, settings;
  std::string format = "text", output, progress = "auto", lang = "en";
  bool quiet = false;
};

enum class Needs { database_and_store, database, store };

void add_target_options(CLI::App& command, TargetOptions& options, Needs needs);

// What engine_open takes: the options, and the members of the --settings file behind them.
//
// Errors: each a reason for exit code 2. `database` of "-" or "env:NAME" or "file:PATH" is read from there, so
// that a password need not stand on a command line.
Result<PluginCall> plugin_call(const TargetOptions& options);

// A folder for the state of commands that keep none, removed with everything in it at the end.
class TemporaryState {
 public:
  TemporaryState();
  ~TemporaryState();
  TemporaryState(const TemporaryState&) = delete;
  TemporaryState& operator=(const TemporaryState&) = delete;
  const std::string& path() const { return path_; }  // empty when it could not be made

 private:
  std::string path_;
};

// Delivers a report in the format asked for and gives the exit code: the report's own, or the status's where
// there is none.
int deliver_answer(const PluginAnswer& answer, const TargetOptions& options, std::string (*text_of)(std::string_view document));
// Exit code of a status when there is no report that says more.
int exit_code_of(backstay_status status);

}  // namespace backstay::host
