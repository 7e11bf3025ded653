// The options that every checking command takes, from the command line to what the core wants.
#pragma once

#include <CLI/CLI.hpp>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config.hpp"
#include "core/deploy/environment.hpp"
#include "core/report/report.hpp"
#include "native-plugin/host/progress.hpp"

namespace backstay::host {

// As given; nothing is checked or read before resolve().
struct CheckingOptions {
  std::string format = "text", output, dialect, environment, active, config, fail_on, lang = "en", progress = "auto";
  std::vector<std::string> rules;
  std::vector<std::string> previous;  // what the inputs replace
  bool quiet = false;
  unsigned jobs = 0;  // 0: as many as the machine has processors, at most 8
};

// What they mean, with the configuration file read.
struct Resolved {
  Settings settings;
  std::vector<std::string> previous;  // paths; that of --environment last when it holds packages
  report::Format format = report::Format::text;
  report::WriteOptions write;
  std::string output;
  ProgressMode progress = ProgressMode::automatic;
  unsigned jobs = 1;
};

// What is known about a target: a description, an export of a version table, a folder or archive of packages, or the
// database itself (sqlite:PATH, postgresql://..., env:NAME), which the plugin then looks at.
Result<deploy::Environment> load_environment(const std::string& path, const Limits& limits);

// All of them; the others are the parts that single commands take.
void add_checking_options(CLI::App& command, CheckingOptions& options);
void add_judging_options(CLI::App& command, CheckingOptions& options);  // what is a finding, and when it fails
void add_dialect_option(CLI::App& command, CheckingOptions& options);
void add_config_option(CLI::App& command, CheckingOptions& options);
void add_output_option(CLI::App& command, std::string& output);

// What they mean. Nothing when the command has to end with code 2; the reason, with a place in the configuration where there is
// one, stands on standard error then.
std::optional<Resolved> resolve(const CheckingOptions& options);
// False, with the reason on standard error, when `format` is none of those that `command` writes.
bool can_write(std::string_view command, report::Format format, std::initializer_list<std::string_view> formats);

// "file:line:column: message", as far as there is a place.
std::string with_place(const Error& error);

}  // namespace backstay::host
