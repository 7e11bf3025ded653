// backstay.json: what a project says about how it wants to be checked. Format: config.schema.json.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/preflight.hpp"

namespace backstay {

// From which severity on findings make a check fail.
enum class FailOn : std::uint8_t { info, warning, error, never };
std::optional<FailOn> fail_on_from(std::string_view name);
// nullopt for never.
std::optional<Severity> threshold_of(FailOn fail_on);
// True when a finding that counts is at or above the threshold.
bool fails(const Findings& findings, FailOn fail_on);

struct Settings {
  PreflightOptions preflight;
  FailOn fail_on = FailOn::error;
};

// The full id of a rule of the catalogue: "sql/update-data" for itself and for "update-data".
// nullopt when there is no such rule.
std::optional<std::string> known_rule(std::string_view name);

// "off", "info", "warning" or "error"; the inner nullopt is off.
std::optional<std::optional<Severity>> rule_setting_from(std::string_view name);

// Reads a configuration. `base` holds what is true without it; members of the file replace it.
// Errors: malformed with line and column of the member, for bad JSON, unknown members, unknown rules
// and values out of range. A misspelt setting must not silently check less.
Result<Settings> read_settings(std::string_view json, std::string_view file, Settings base = {});

}  // namespace backstay
