// An environment from whatever a host was pointed at: a description, or the packages themselves.
#pragma once

#include "core/base/byte_source.hpp"
#include "core/base/limits.hpp"
#include "core/deploy/environment.hpp"

namespace backstay::deploy {

// A folder or archive of packages (an unpacked server, a backup folder, a delivery, an ORIGAM model) counts as what
// the target has; any other file is read by parse_environment.
// Errors: those of the readers.
Result<Environment> read_environment_input(const Input& input, const Limits& limits, Progress* progress = nullptr);

}  // namespace backstay::deploy
