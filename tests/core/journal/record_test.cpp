#include "core/journal/record.hpp"

#include <doctest/doctest.h>

using namespace backstay;
using namespace backstay::journal;

namespace {

// Not a digest worth the name, but every byte and its place count.
std::string weak_digest(std::string_view bytes) {
  std::uint64_t hash = 1469598103934665603ull;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  return std::to_string(hash);
}

std::vector<Record> chain() {
  std::vector<Record> records;
  const State states[] = {State::created, State::locking, State::committed, State::done};
  for (const State state : states) {
    Record record;
    record.rev = records.size() + 1;
    record.op_id = "op";
    record.seq = records.size() + 1;
    record.at = "2026-01-01T00:00:00Z";
    record.state = to_string(state);
    record.payload = "{}";
    record.previous = records.empty() ? "" : records.back().hash;
    record.hash = weak_digest(chained_bytes(record));
    records.push_back(record);
  }
  return records;
}

}  // namespace

TEST_CASE("journal states: every name leads back to its state") {
  for (int i = 1; i <= 40; ++i) {
    const State state = static_cast<State>(i);
    const std::string_view name = to_string(state);
    if (name == "NONE") continue;
    CAPTURE(name);
    CHECK(state_from(name) == state);
    CHECK_FALSE((is_final(state) && is_waiting(state)));
  }
  CHECK_FALSE(state_from("none").has_value());
  CHECK(is_final(State::rolled_back));
  CHECK(is_waiting(State::suspended));
}

TEST_CASE("journal chain: each kind of tampering is seen at its record") {
  CHECK_FALSE(first_broken(chain(), weak_digest).has_value());
  CHECK_FALSE(first_broken({}, weak_digest).has_value());
  struct Row {
    const char* what;
    void (*change)(std::vector<Record>&);
    std::size_t seen_at;
  };
  static constexpr Row rows[] = {
      {"a payload", [](std::vector<Record>& r) { r[1].payload = "{ }"; }, 1},
      {"a state", [](std::vector<Record>& r) { r[2].state = "ABANDONED"; }, 2},
      {"a time", [](std::vector<Record>& r) { r[0].at = "2026-01-01T00:00:01Z"; }, 0},
      {"text moved between fields", [](std::vector<Record>& r) { r[1].step = "{"; r[1].payload = "}"; }, 1},
      {"one taken out", [](std::vector<Record>& r) { r.erase(r.begin() + 1); }, 1},
      {"the first taken out", [](std::vector<Record>& r) { r.erase(r.begin()); }, 0},
      {"two swapped", [](std::vector<Record>& r) { std::swap(r[1], r[2]); }, 1},
      {"one twice", [](std::vector<Record>& r) { r.insert(r.begin() + 1, r[0]); }, 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    auto records = chain();
    row.change(records);
    const auto broken = first_broken(records, weak_digest);
    REQUIRE(broken.has_value());
    CHECK(*broken == row.seen_at);
  }
}
