// Text from the host: pointer and length, or NUL ended, and UTF-8 or refused.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "core/base/utf8.hpp"

namespace backstay::plugin::abi {

inline bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text, i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

// Nothing when the text is NULL with a size, or not UTF-8. NULL with size 0 is the empty text.
inline std::optional<std::string_view> text_argument(const char* text, std::size_t size) {
  if (!text) return size == 0 ? std::optional<std::string_view>("") : std::nullopt;
  const std::string_view view(text, size == SIZE_MAX ? std::strlen(text) : size);
  return is_utf8(view) ? std::optional<std::string_view>(view) : std::nullopt;
}

}  // namespace backstay::plugin::abi
