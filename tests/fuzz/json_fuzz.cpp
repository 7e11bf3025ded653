// JSON texts: our parser, the library's and the counter of list items agree on what is JSON and on what
// it holds, and every place lies inside the text.
#include <nlohmann/json.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/base/json.hpp"
#include "core/base/json_count.hpp"

using namespace backstay;

namespace {

void check_places(const JsonValue& value, std::size_t size) {
  if (value.offset > size) std::abort();
  for (const JsonValue& item : value.items) check_places(item, size);
  for (const JsonMember& member : value.members) check_places(member.value, size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto strict = parse_json(text, "a.json", {});
  const auto lenient = parse_json(text, "a.json", {.max_depth = 64, .lenient = true});
  if (strict.ok()) {
    if (!lenient.ok() || !lenient.value().trailing_commas.empty()) std::abort();
    if (!nlohmann::json::accept(text)) std::abort();
  } else {
    if (strict.error().at.offset > size || strict.error().message.empty()) std::abort();
    // The library knows no limits, and takes a NUL byte for the end of the text.
    const bool comparable = strict.error().code == ErrorCode::malformed && text.find('\0') == std::string_view::npos;
    if (comparable && nlohmann::json::accept(text)) std::abort();
  }
  const auto counted = count_json_items(text, "a.json", "PackageData", 64);
  if (!counted.ok() && counted.error().at.offset > size) std::abort();
  if (!lenient.ok()) return 0;
  check_places(lenient.value().root, size);
  const JsonValue* list = lenient.value().root.find("PackageData");
  const std::size_t items = list ? list->items.size() : 0;
  if (!counted.ok() || counted.value() != items) std::abort();
  return 0;
}
