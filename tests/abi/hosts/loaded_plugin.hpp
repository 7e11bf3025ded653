// The plugin as a test's host loads it.
#pragma once

#include <string>

#include "native-plugin/include/backstay/plugin.h"

// The table of the library that the build made; ends the test run when it cannot be loaded.
const backstay_api& plugin();
// Negotiates again with these terms.
const backstay_api* negotiate(backstay_negotiation& terms);

// The text of a document, released.
std::string taken(backstay_buf* buffer);
bool is_known(backstay_status status);
