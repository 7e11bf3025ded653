// The plugin as any host loads it: a shared library with one symbol.
#pragma once

#include "core/base/result.hpp"
#include "native-plugin/include/backstay/plugin.h"

namespace backstay::host {

// Loads it once; the table is valid to the end of the process. Looked for in this order: the file that
// BACKSTAY_PLUGIN names, beside this program, ../lib/backstay, ../lib. A build with fault points is refused
// unless BACKSTAY_PLUGIN names it. Errors: missing, not_recognised (another version, no plugin at all).
Result<const backstay_api*> load_plugin();

}  // namespace backstay::host
