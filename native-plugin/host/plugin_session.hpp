// One call of the command line to the plugin: an engine, an operation or a query, and what came back.
#pragma once

#include <string>
#include <string_view>

#include "native-plugin/host/progress.hpp"
#include "native-plugin/include/backstay/plugin.h"

namespace backstay::host {

struct PluginAnswer {
  backstay_status status = BACKSTAY_NO_ANSWER;
  std::string document;  // the report, the result of the query, or a "backstay.problem/1"
  bool ok() const { return status > 0; }
};

struct PluginCall {
  std::string config;  // for engine_open
  ProgressMode progress = ProgressMode::automatic;
  bool quiet = false;  // no warnings on standard error
};

// Runs an operation of `kind`. An interrupt (Ctrl-C) asks the operation to stop and waits for it; whether it did
// stop is in the answer.
PluginAnswer run_operation(const PluginCall& call, std::int32_t kind, const std::string& params);
PluginAnswer run_query(const PluginCall& call, const std::string& what, const std::string& params);

}  // namespace backstay::host
