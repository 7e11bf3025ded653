// SHA-256 of bytes in memory (OpenSSL, decisions/0010).
#pragma once

#include <string>
#include <string_view>

namespace backstay::plugin {

// Lower-case hex.
std::string sha256(std::string_view bytes);

}  // namespace backstay::plugin
