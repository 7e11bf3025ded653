// Status numbers: their names, and which numbers are any.
#pragma once

#include "native-plugin/include/backstay/plugin.h"

namespace backstay::plugin::abi {

// Static text; "unknown status" for a number that is none.
const char* BACKSTAY_CALL status_name(backstay_status status);
bool is_status(backstay_status status);

}  // namespace backstay::plugin::abi
