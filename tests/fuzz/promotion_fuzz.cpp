// Any bytes: findings with places inside the file, or an error with a reason.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/package/promotion/promotion.hpp"

using namespace backstay;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto set = promotion::read_promotion({reinterpret_cast<const char*>(data), size}, "p.json", Limits{});
  if (!set.ok()) {
    if (set.error().message.empty()) std::abort();
    return 0;
  }
  std::uint64_t last = 0;
  for (const Finding& finding : set.value().findings) {
    if (finding.at.offset > size || finding.at.offset < last || finding.at.line == 0 || finding.message.empty()) std::abort();
    last = finding.at.offset;
  }
  return 0;
}
