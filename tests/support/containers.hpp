// Builds packed packages from records, right ones and wrong ones.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/package/deflate.hpp"

namespace backstay::testing {

using Records = std::vector<std::pair<std::string, std::string>>;  // ASCII name, content

inline void put_i32(std::string& out, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

inline std::string record_bytes(const Records& records) {
  std::string out;
  for (const auto& [name, content] : records) {
    put_i32(out, static_cast<std::uint32_t>(name.size()));
    for (const char c : name) {
      out += c;
      out += '\0';
    }
    put_i32(out, static_cast<std::uint32_t>(content.size()));
    out += content;
  }
  return out;
}

inline std::string container(const Records& records) { return gzip(record_bytes(records)); }

inline std::string descriptor_json(const std::string& name, const std::string& more = "") {
  return "{\"Descriptor\": {\"UId\": \"11111111-2222-3333-4444-555555555555\", \"Name\": \"" + name + "\"" + more + "}}";
}

// A package of the name with these further records.
inline std::string packed_package(const std::string& name, Records more = {}) {
  more.insert(more.begin(), {"descriptor.json", descriptor_json(name)});
  return container(more);
}

inline std::string script_json(const std::string& name, const std::string& more = "") {
  return "{\"SqlScript\": {\"UId\": \"aaaaaaaa-0000-0000-0000-000000000001\", \"Name\": \"" + name + "\"" + more + "}}";
}

inline std::string zip_of(const Records& members) {
  ZipWriter zip;
  for (const auto& [name, bytes] : members) zip.add(name, bytes);
  return zip.finish();
}

}  // namespace backstay::testing
