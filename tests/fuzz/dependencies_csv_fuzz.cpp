// Any text: no crash, and what was read can be written and read again unchanged.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/package/origam/dependencies_csv.hpp"

using namespace backstay::origam;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const DependencyList first = read_dependencies_csv(text, 1000);
  for (const DependencyFault& fault : first.faults) {
    if (fault.at > size) std::abort();
  }
  const DependencyList second = read_dependencies_csv(write_dependencies_csv(first.lines), 1000);
  if (!second.faults.empty() || second.lines.size() != first.lines.size()) std::abort();
  for (std::size_t i = 0; i < first.lines.size(); ++i) {
    const DependencyLine& line = first.lines[i];
    if (line.number_at + line.number_size > size || line.at > size || line.id != second.lines[i].id) std::abort();
    if (text.substr(line.number_at, line.number_size).empty()) std::abort();
  }
  return 0;
}
