// MB/s of the SQL path on 50 MB of realistic scripts: splitting, facts, and the whole analysis; and,
// when libpg_query is there, its raw parse of the same PostgreSQL text in the same run.
#include <benchmark/benchmark.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#if __has_include(<pg_query.h>) && defined(BACKSTAY_PG_QUERY)
#include <pg_query.h>
#endif

#include "core/sql/fact.hpp"
#include "core/sql/splitter.hpp"
#include "core/sql/sql.hpp"

namespace {

using backstay::Dialect;
using backstay::TextDocument;

constexpr std::size_t corpus_bytes = 50u << 20;
constexpr std::size_t script_bytes = 64u << 10;  // far more than a real script, still below every limit

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The scripts to read again and again: the *.sql files of the folder that BACKSTAY_BENCH_SCRIPTS names, all taken
// to be of the dialect asked for; else about 64 KB made from the test data of that dialect.
std::vector<std::string> scripts(Dialect dialect) {
  if (const char* folder = std::getenv("BACKSTAY_BENCH_SCRIPTS")) {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      if (entry.path().extension() == ".sql") paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    std::vector<std::string> read_once;
    for (const std::filesystem::path& path : paths) read_once.push_back(read(path));
    return read_once;
  }
  const std::filesystem::path data = BACKSTAY_SOURCE_DIR "/tests/data/sql";
  std::string once;
  if (dialect == Dialect::postgresql) {
    for (const char* name : {"data.sql", "install_views.sql", "routines.sql", "tables.sql"}) once += read(data / "pg" / name) + ";\n";
  } else {
    once = read(data / "scripts" / (dialect == Dialect::mssql ? "mssql_package.sql" : "oracle_package.sql"));
    once += dialect == Dialect::mssql ? "\nGO\n" : "\n";
  }
  std::string script;
  while (script.size() < script_bytes) script += once;
  return {script};
}

template <class Work>
void run(benchmark::State& state, Dialect dialect, Work work) {
  const std::vector<std::string> corpus = scripts(dialect);
  std::size_t bytes = 0;
  for (auto _ : state) {
    std::size_t done = 0;
    for (std::size_t i = 0; done < corpus_bytes; i = (i + 1) % corpus.size()) {
      work(corpus[i]);
      done += corpus[i].size();
    }
    bytes += done;
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}

void split_only(benchmark::State& state) {
  const auto dialect = static_cast<Dialect>(state.range(0));
  run(state, dialect, [&](const std::string& text) { benchmark::DoNotOptimize(backstay::sql::split(text, 0, text.size(), dialect, true)); });
}
BENCHMARK(split_only)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);

void facts(benchmark::State& state) {
  const auto dialect = static_cast<Dialect>(state.range(0));
  run(state, dialect, [&](const std::string& text) {
    const TextDocument document(text, "bench.sql");
    benchmark::DoNotOptimize(backstay::sql::read_script(document, dialect, {}));
  });
}
BENCHMARK(facts)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);

void analysis(benchmark::State& state) {
  const auto dialect = static_cast<Dialect>(state.range(0));
  backstay::sql::Options options;
  options.dialect = dialect;
  run(state, dialect, [&](const std::string& text) {
    const TextDocument document(text, "bench.sql");
    benchmark::DoNotOptimize(backstay::sql::analyse(document, options, {}));
  });
}
BENCHMARK(analysis)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);

#if __has_include(<pg_query.h>) && defined(BACKSTAY_PG_QUERY)
void pg_query_raw_parse(benchmark::State& state) {
  run(state, Dialect::postgresql, [](const std::string& text) {
    // Splitting with the parser is the raw parse without writing a tree out.
    const PgQuerySplitResult result = pg_query_split_with_parser(text.c_str());
    benchmark::DoNotOptimize(result.n_stmts);
    pg_query_free_split_result(result);
  });
}
BENCHMARK(pg_query_raw_parse)->Unit(benchmark::kMillisecond);

// What a program that uses the library calls: the raw parse, and its tree written out.
void pg_query_parse_to_tree(benchmark::State& state) {
  run(state, Dialect::postgresql, [](const std::string& text) {
    const PgQueryParseResult result = pg_query_parse(text.c_str());
    benchmark::DoNotOptimize(result.parse_tree);
    pg_query_free_parse_result(result);
  });
}
BENCHMARK(pg_query_parse_to_tree)->Unit(benchmark::kMillisecond);
#endif

}  // namespace

int main(int argc, char** argv) {
#ifdef __GLIBC__
  // As the command line does (native-plugin/host/main.cpp), and to the parser's advantage as well.
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
