// What a whole check of a large delivery costs, beside what inflating it costs: the least anybody who
// reads it has to pay. The counter `times_inflate` is the ratio of the two, in CPU time; README.md says
// what it should stay below. Nothing is asserted here: a slow machine is not a broken program.
#include <benchmark/benchmark.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>

#include "core/preflight.hpp"
#include "core/report/report.hpp"
#include "tests/support/generated_delivery.hpp"

namespace {

using namespace backstay;

constexpr std::uint64_t unpacked_bytes = 190'000'000;  // with what frames it, 200 MB; packed 60 MB

const std::string& delivery() {
  static const std::string zip = [] {
    test::DeliveryShape shape;
    shape.unpacked_bytes = unpacked_bytes;
    return test::make_delivery(shape);
  }();
  return zip;
}

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// The fastest of several runs: what the work costs when nobody else disturbs it.
double inflate_seconds() {
  static const double fastest = [] {
    double best = 1e9;
    for (int i = 0; i < 7; ++i) {
      const double start = cpu_seconds();
      if (test::inflate_delivery(delivery()) == 0) std::abort();
      best = std::min(best, cpu_seconds() - start);
    }
    return best;
  }();
  return fastest;
}

// As a file would be: only by ranges, so that nothing profits from the delivery being in memory.
class RangeSource final : public ByteSource {
 public:
  std::uint64_t size() const override { return delivery().size(); }
  bool read(std::uint64_t offset, std::span<std::byte> into) const override {
    if (offset > size() || into.size() > size() - offset) return false;
    const auto* start = reinterpret_cast<const std::byte*>(delivery().data()) + offset;
    std::copy(start, start + into.size(), into.begin());
    return true;
  }
};

std::string sha256_of(const std::string& bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &length, EVP_sha256(), nullptr) != 1) std::abort();
  static constexpr char digits[] = "0123456789abcdef";
  std::string hex;
  for (unsigned i = 0; i < length; ++i) {
    hex += digits[digest[i] >> 4];
    hex += digits[digest[i] & 15];
  }
  return hex;
}

report::Report check(bool with_sha256) {
  Input input;
  input.path = "delivery.zip";
  input.files.push_back({"delivery.zip", std::make_shared<RangeSource>()});
  if (with_sha256) input.sha256 = sha256_of(delivery());
  return preflight({input}, PreflightOptions{}, nullptr);
}

void inflate(benchmark::State& state) {
  delivery();
  for (auto _ : state) benchmark::DoNotOptimize(test::inflate_delivery(delivery()));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * unpacked_bytes));
}

void note_ratio(benchmark::State& state, double spent) {
  state.counters["times_inflate"] = spent / static_cast<double>(state.iterations()) / inflate_seconds();
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * unpacked_bytes));
}

void whole_check(benchmark::State& state) {
  inflate_seconds();
  const bool with_sha256 = state.range(0) != 0;
  std::size_t packages = 0;
  const double start = cpu_seconds();
  for (auto _ : state) {
    const report::Report report = check(with_sha256);
    packages = report.packages.size();
  }
  note_ratio(state, cpu_seconds() - start);
  if (packages != test::DeliveryShape{}.packages) state.SkipWithError("the delivery was not read completely");
}

void report_json(benchmark::State& state) {
  const report::Report report = check(false);
  for (auto _ : state) benchmark::DoNotOptimize(report::write(report, report::Format::json));
}

BENCHMARK(inflate)->Unit(benchmark::kMillisecond);
BENCHMARK(whole_check)->ArgName("sha256")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(report_json)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
