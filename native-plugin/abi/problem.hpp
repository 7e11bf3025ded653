// The document behind a failing status, for calls that fail before an engine could say anything.
#pragma once

#include <string>
#include <string_view>

#include "native-plugin/include/backstay/plugin.h"

namespace backstay::plugin::abi {

// "backstay.problem/1". `message`: one lower-case sentence, no final stop.
std::string problem_json(backstay_status status, std::string_view message);

}  // namespace backstay::plugin::abi
