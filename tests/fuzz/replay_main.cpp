// Runs one fuzz target over files, without libFuzzer and with any compiler.
//
//   replay FILE-OR-FOLDER...
//
// Every file is fed as it is, then cut off at several places and with bytes changed at places drawn
// from a fixed sequence, so that damage near real input is tried in every run and each run is the same.
// Before each input its name is kept in memory; a crash handler of the sanitizer prints the stack, and
// the last line on standard error tells which input it was.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t cuts_per_file = 16;
constexpr std::size_t changes_per_file = 32;
constexpr std::size_t largest_varied_bytes = 256 << 10;  // larger files are only fed as they are

std::string current_input;

// Numerical Recipes' 64-bit generator: repeatable on every platform, which <random>'s distributions are not.
struct Sequence {
  std::uint64_t state = 2026;
  std::uint64_t next() {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return state >> 33;
  }
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }
};

void feed(const std::string& what, const Bytes& bytes) {
  current_input = what;
  // A copy of exactly this size, so that reading one byte too far is seen by the address sanitizer.
  const Bytes copy(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(copy.data(), copy.size());
}

void feed_variations(const std::string& name, const Bytes& bytes) {
  if (bytes.empty() || bytes.size() > largest_varied_bytes) return;
  Sequence sequence;
  for (std::size_t i = 0; i < cuts_per_file; ++i) {
    const std::size_t length = sequence.below(bytes.size());
    feed(name + " cut off after " + std::to_string(length), Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length)));
  }
  for (std::size_t i = 0; i < changes_per_file; ++i) {
    Bytes changed = bytes;
    std::string places;
    // One to four bytes: lengths and counts in binary headers often need two that fit together.
    for (std::size_t k = 0, count = 1 + sequence.below(4); k < count; ++k) {
      const std::size_t at = sequence.below(changed.size());
      changed[at] = static_cast<std::uint8_t>(sequence.next());
      places += " " + std::to_string(at) + "=" + std::to_string(changed[at]);
    }
    feed(name + " with bytes" + places, changed);
  }
}

std::vector<fs::path> files_below(const fs::path& start) {
  std::vector<fs::path> files;
  if (fs::is_regular_file(start)) files.push_back(start);
  if (fs::is_directory(start)) {
    for (const auto& entry : fs::recursive_directory_iterator(start)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

// Called by the sanitizers' runtime when it is about to end the process; absent elsewhere.
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));
void name_the_input() { std::fprintf(stderr, "replay: the input was %s\n", current_input.c_str()); }

int main(int argc, char** argv) {
  if (__sanitizer_set_death_callback) __sanitizer_set_death_callback(name_the_input);
  feed("the empty input", {});
  std::size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    for (const fs::path& path : files_below(argv[i])) {
      std::ifstream stream(path, std::ios::binary);
      const Bytes bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
      feed(path.string(), bytes);
      feed_variations(path.string(), bytes);
      ++count;
    }
  }
  std::printf("replayed %zu files\n", count);
  if (count == 0) {
    std::fprintf(stderr, "replay: no file found; a replay of nothing proves nothing\n");
    return 1;
  }
  return 0;
}
