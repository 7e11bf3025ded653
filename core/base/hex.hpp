// Bytes as lower-case hexadecimal digits: digests and identifiers.
#pragma once

#include <span>
#include <string>

namespace backstay {

inline std::string hex_of(std::span<const unsigned char> bytes) {
  std::string text;
  text.reserve(2 * bytes.size());
  for (const unsigned char byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

}  // namespace backstay
