// Two readings of the bytes. As text: an answer or an error with a reason. As a recipe for a small history:
// the fast sorter and the procedure word for word agree, and proposed repairs repair.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/deploy/exchange.hpp"
#include "core/deploy/repair.hpp"
#include "core/deploy/sorter.hpp"
#include "core/deploy/wait_graph.hpp"
#include "tests/support/literal_order.hpp"

using namespace backstay;
using namespace backstay::deploy;

namespace {

// Two bytes a version, one an entry: package and number in three and three bits.
History history_from(const std::uint8_t* data, std::size_t size) {
  constexpr const char* numbers[] = {"1", "1.0", "1.1", "2", " 2", "0.5", "3", "x"};
  History history;
  const auto package = [&](std::uint8_t byte) { return history.package(std::string(1, static_cast<char>('A' + (byte >> 3 & 3)))); };
  std::size_t at = 0;
  while (at + 1 < size && history.versions() < 14) {
    history.add_version(package(data[at]), history.text(numbers[data[at] & 7]));
    const std::size_t entries = data[at] >> 6;
    ++at;
    for (std::size_t i = 0; i < entries && at < size; ++i, ++at) history.add_entry(package(data[at]), history.text(numbers[data[at] & 7]));
  }
  return history;
}

void compare(const History& history) {
  const KeyedHistory keyed = key_history(history);
  const SortOutcome fast = sort_history(history, keyed);
  const testing::LiteralOutcome slow = testing::LiteralOrder(history).run();
  if (fast.order != slow.order || to_string(fast.failure) != slow.error || fast.candidates.size() != slow.candidates.size() ||
      fast.conflicts.size() != slow.conflicts.size()) {
    std::abort();
  }
  for (std::size_t i = 0; i < slow.conflicts.size(); ++i) {
    if (fast.conflicts[i].blocker != slow.conflicts[i].blocker || fast.conflicts[i].holds != slow.conflicts[i].holds) std::abort();
  }
  if (fast.ok()) return;
  std::vector<std::uint32_t> editable;
  for (std::uint32_t v = 0; v < history.versions(); ++v) editable.push_back(history.end_entry(v) - history.first_entry(v));
  for (const Proposal& proposal : single_edits(history, keyed, wait_circle(history, keyed), editable)) {
    if (!sort_history(edited(history, keyed, proposal.edits)).ok()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto answer = order_exchange({reinterpret_cast<const char*>(data), size}, "-", Limits{});
  if (!answer.ok() && answer.error().message.empty()) std::abort();
  compare(history_from(data, size));
  return 0;
}
