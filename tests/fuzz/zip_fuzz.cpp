// Any file that might be an archive, through every door: members are what the directory says, a
// package that is read has a name, and unpacking hands out safe names only.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>

#include "core/package/creatio/unpack.hpp"
#include "core/package/member_name.hpp"
#include "core/package/read_package.hpp"
#include "core/package/zip.hpp"

using namespace backstay;

namespace {

Limits small_limits() {
  Limits limits;
  limits.max_package_inflated_bytes = 4u << 20;
  limits.inflate_ratio_free_bytes = 1u << 20;
  return limits;
}

void read_members(const std::shared_ptr<const ByteSource>& source, const Limits& limits) {
  auto zip = ZipArchive::open(source, "a.zip", limits);
  if (!zip.ok()) return;
  InflateBudget budget(limits);
  InflateBuffer raw, inflated;
  std::set<std::string> names;
  for (const ZipMember& member : zip.value().members()) {
    if (!member_name_problem(member.path).empty()) std::abort();
    if (!member.is_folder && !names.insert(fold_case(member.path)).second) std::abort();
    const auto head = zip.value().head(member);
    const auto bytes = zip.value().read(member, budget, raw, inflated);
    if (!bytes.ok()) continue;
    if (bytes.value().size() != member.size || crc32_of(bytes.value()) != member.crc) std::abort();
    if (!head.ok() || !as_text(bytes.value()).starts_with(head.value())) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const Limits limits = small_limits();
  const auto source = std::make_shared<MemorySource>(std::string_view(reinterpret_cast<const char*>(bytes), size));
  read_members(source, limits);
  for (const char* name : {"a.zip", "a.sql"}) {
    const Input input{.path = name, .is_folder = false, .files = {{.path = name, .bytes = source}}, .sha256 = {}};
    std::size_t packages = 0;
    const auto set = read_package_set(input, limits, nullptr, [&](Package&& package) {
      ++packages;
      if (package.name.empty() && package.scripts.size() != 1) std::abort();
      return true;
    });
    if (!set.ok() && packages > 0 && set.error().code != ErrorCode::cancelled) std::abort();
    if (!set.ok() && set.error().message.empty()) std::abort();
    const auto unpacked = creatio::unpack(input, limits, [](std::string_view path, std::string_view) {
      if (!file_name_problem(path).empty() || path.front() == '/' || path.find('\\') != std::string_view::npos) std::abort();
      return true;
    });
    if (!unpacked.ok() && unpacked.error().message.empty()) std::abort();
  }
  return 0;
}
