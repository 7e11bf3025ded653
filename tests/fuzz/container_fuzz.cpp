// Inflated container data: what is walked tiles the data without a gap, its names are safe and different,
// and one byte less is never a container again.
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include "core/package/creatio/container.hpp"
#include "core/package/member_name.hpp"

using namespace backstay;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::span<const std::byte> data(reinterpret_cast<const std::byte*>(bytes), size);
  const auto read = creatio::read_container(data, "a.gz", {});
  const auto head = creatio::check_container_head(data, true, "a.gz", {});
  if (!read.ok()) {
    if (read.error().at.offset > size) std::abort();
    return 0;
  }
  if (head && size > 0) std::abort();
  // A part of good data is a good beginning.
  if (size > 0 && creatio::check_container_head(data.first(size / 2), false, "a.gz", {})) std::abort();
  std::uint64_t next = 0, contents = 0;
  std::set<std::string> names;
  for (const creatio::Record& record : read.value().records) {
    if (record.offset != next) std::abort();
    next = static_cast<std::uint64_t>(reinterpret_cast<const std::byte*>(record.content.data()) - data.data()) + record.content.size();
    contents += record.content.size();
    if (!member_name_problem(record.path).empty() || normalise_member_name(record.path) != record.path) std::abort();
    if (!names.insert(fold_case(record.path)).second) std::abort();
  }
  if (next != size || contents != read.value().record_bytes) std::abort();
  if (size > 0) {
    const auto shorter = creatio::read_container(data.first(size - 1), "a.gz", {});
    if (shorter.ok()) std::abort();
  }
  return 0;
}
