// A history of 200,000 versions with 1.8 million entries, sorted and, with one moved entry, reported.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "core/deploy/repair.hpp"
#include "core/deploy/sort_report.hpp"
#include "core/deploy/sorter.hpp"
#include "tests/bench/histories.hpp"

using namespace backstay::deploy;
using backstay::testing::turns;

namespace {

void sort_large(benchmark::State& state) {
  const History made = turns(200'000, 100, 9, 0);
  for (auto _ : state) {
    const SortOutcome outcome = sort_history(made);
    if (!outcome.ok() || outcome.order.size() != made.versions()) state.SkipWithError("no order");
    benchmark::DoNotOptimize(outcome.order.data());
  }
  state.counters["versions"] = made.versions();
  state.counters["entries"] = made.entries();
}
BENCHMARK(sort_large)->Unit(benchmark::kMillisecond);

void report_large(benchmark::State& state) {
  const History made = turns(200'000, 100, 9, 1);
  for (auto _ : state) {
    const KeyedHistory keyed = key_history(made);
    const SortOutcome outcome = sort_history(made, keyed);
    if (outcome.ok()) state.SkipWithError("the fault had no effect");
    const std::string message = failure_message(made, keyed, outcome);
    benchmark::DoNotOptimize(message.data());
  }
  state.counters["versions"] = made.versions();
  state.counters["entries"] = made.entries();
}
BENCHMARK(report_large)->Unit(benchmark::kMillisecond);

// Versions of 20 packages (first argument), with random entries (second) moved anywhere.
void repair_broken(benchmark::State& state) {
  History made = turns(static_cast<std::uint32_t>(state.range(0)), 20, 9, 0);
  std::uint32_t seed = 1;
  for (std::int64_t i = 0; i < state.range(1); ++i) {
    seed = seed * 1664525u + 1013904223u;
    const std::uint32_t entry = (seed >> 4) % made.entries();
    made.set_entry_text(entry, made.entry((entry + (seed >> 20)) % made.entries()).text);
  }
  std::vector<std::uint32_t> editable;
  for (std::uint32_t v = 0; v < made.versions(); ++v) editable.push_back(made.end_entry(v) - made.first_entry(v));
  std::size_t edits = 0;
  for (auto _ : state) {
    const std::vector<Proposal> repairs = proposals(made, key_history(made), editable);
    if (repairs.empty()) return state.SkipWithError("no repair");
    edits = repairs.front().edits.size();
  }
  state.counters["edits"] = static_cast<double>(edits);
}
BENCHMARK(repair_broken)->Args({2'000, 1})->Args({2'000, 2})->Args({2'000, 4})->Args({2'000, 20})->Args({2'000, 100})->Args({20'000, 4})->Args({200'000, 1})->Args({200'000, 4})->Unit(benchmark::kMillisecond);

void sort_a_million(benchmark::State& state) {
  const History made = turns(1'000'000, 1000, 2, 0);
  for (auto _ : state) {
    const SortOutcome outcome = sort_history(made);
    if (!outcome.ok()) state.SkipWithError("no order");
    benchmark::DoNotOptimize(outcome.order.data());
  }
  state.counters["versions"] = made.versions();
  state.counters["entries"] = made.entries();
}
BENCHMARK(sort_a_million)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
