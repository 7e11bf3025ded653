// The order beside what else could sort the same waits, in one run: a bare Kahn pass with a heap, boost::topological_sort,
// libsolv's transaction order, and the same algorithm in Python. Prints ratios; they differ less from machine to
// machine than seconds do. The others know no steps that a package may not leave, so they do less.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/topological_sort.hpp>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <queue>
#include <string>
#include <vector>

#include "core/deploy/sort_report.hpp"
#include "core/deploy/sorter.hpp"
#include "tests/bench/histories.hpp"

#ifdef BACKSTAY_LIBSOLV
// Its headers are C and have a member of that name.
#define requires solv_requires
extern "C" {
#include <solv/pool.h>
#include <solv/repo.h>
#include <solv/solver.h>
#include <solv/transaction.h>
}
#undef requires
#endif

using namespace backstay::deploy;

namespace {

double seconds(const std::function<void()>& work, int rounds = 3) {
  double best = 1e9;
  for (int i = 0; i < rounds; ++i) {
    const std::clock_t started = std::clock();
    work();
    best = std::min(best, static_cast<double>(std::clock() - started) / CLOCKS_PER_SEC);
  }
  return best;
}

// What each version waits for, as versions: entries and the predecessor.
struct Waits {
  std::vector<std::uint32_t> first, on;
};
Waits waits_of(const History& history, const KeyedHistory& keyed) {
  std::vector<std::uint32_t> version_of(keyed.keys(), none);
  for (std::uint32_t v = 0; v < history.versions(); ++v) version_of[keyed.key_of[v]] = v;
  Waits waits;
  for (std::uint32_t v = 0; v < history.versions(); ++v) {
    waits.first.push_back(static_cast<std::uint32_t>(waits.on.size()));
    for (std::uint32_t e = history.first_entry(v); e < history.end_entry(v); ++e) {
      if (keyed.key_of_entry[e] != none) waits.on.push_back(version_of[keyed.key_of_entry[e]]);
    }
    if (keyed.implied[v] != none) waits.on.push_back(version_of[keyed.implied[v]]);
  }
  waits.first.push_back(static_cast<std::uint32_t>(waits.on.size()));
  return waits;
}

std::size_t kahn(const Waits& waits) {
  const std::size_t count = waits.first.size() - 1;
  std::vector<std::uint32_t> first_user(count + 1, 0), users(waits.on.size()), pending(count);
  for (const std::uint32_t on : waits.on) ++first_user[on + 1];
  for (std::size_t i = 1; i <= count; ++i) first_user[i] += first_user[i - 1];
  std::vector<std::uint32_t> fill(first_user.begin(), first_user.end() - 1);
  for (std::uint32_t v = 0; v < count; ++v) {
    pending[v] = waits.first[v + 1] - waits.first[v];
    for (std::uint32_t i = waits.first[v]; i < waits.first[v + 1]; ++i) users[fill[waits.on[i]]++] = v;
  }
  std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<std::uint32_t>> free;
  for (std::uint32_t v = 0; v < count; ++v) {
    if (pending[v] == 0) free.push(v);
  }
  std::vector<std::uint32_t> order;
  while (!free.empty()) {
    const std::uint32_t v = free.top();
    free.pop();
    order.push_back(v);
    for (std::uint32_t i = first_user[v]; i < first_user[v + 1]; ++i) {
      if (--pending[users[i]] == 0) free.push(users[i]);
    }
  }
  return order.size();
}

std::size_t boost_order(const Waits& waits) {
  using Graph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property, boost::no_property, std::uint32_t, std::uint32_t>;
  const std::size_t count = waits.first.size() - 1;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
  edges.reserve(waits.on.size());
  for (std::uint32_t v = 0; v < count; ++v) {
    for (std::uint32_t i = waits.first[v]; i < waits.first[v + 1]; ++i) edges.emplace_back(v, waits.on[i]);
  }
  const Graph graph(boost::edges_are_sorted, edges.begin(), edges.end(), static_cast<std::uint32_t>(count));
  std::vector<std::uint32_t> order;
  std::vector<boost::default_color_type> colour(count);
  boost::topological_sort(graph, std::back_inserter(order),
                          boost::color_map(boost::make_iterator_property_map(colour.begin(), boost::get(boost::vertex_index, graph))));
  return order.size();
}

#ifdef BACKSTAY_LIBSOLV
// Building the pool is not counted; ordering the transaction is.
double solv_order(const History& history) {
  Pool* pool = pool_create();
  pool_setdisttype(pool, DISTTYPE_RPM);
  pool_setarch(pool, "x86_64");
  Repo* repo = repo_create(pool, "history");
  const Id noarch = pool_str2id(pool, "noarch", 1);
  const auto name = [&](std::uint32_t package, std::uint32_t text) {
    // One name a version: libsolv would not install two versions of one package together.
    return pool_str2id(pool, (history.package_at(package).id + "-" + history.texts()[text]).c_str(), 1);
  };
  std::vector<Id> of_key(history.packages(), 0);  // the version of each package added last
  Queue wanted;
  queue_init(&wanted);
  for (std::uint32_t v = 0; v < history.versions(); ++v) {
    const Id id = repo_add_solvable(repo);
    Solvable* solvable = pool_id2solvable(pool, id);
    solvable->name = name(history.package_of(v), history.text_of(v));
    solvable->evr = ID_EMPTY;
    solvable->arch = noarch;
    solvable_add_deparray(solvable, SOLVABLE_PROVIDES, pool_rel2id(pool, solvable->name, solvable->evr, REL_EQ, 1), 0);
    for (std::uint32_t e = history.first_entry(v); e < history.end_entry(v); ++e) {
      solvable_add_deparray(solvable, SOLVABLE_REQUIRES, name(history.entry(e).package, history.entry(e).text), 0);
    }
    if (const Id before = of_key[history.package_of(v)]) solvable_add_deparray(solvable, SOLVABLE_REQUIRES, before, 0);
    of_key[history.package_of(v)] = solvable->name;
    queue_push(&wanted, id);
  }
  pool_createwhatprovides(pool);
  Transaction* transaction = transaction_create_decisionq(pool, &wanted, nullptr);
  const std::clock_t started = std::clock();
  transaction_order(transaction, 0);
  const double taken = static_cast<double>(std::clock() - started) / CLOCKS_PER_SEC;
  const bool whole = transaction->steps.count == static_cast<int>(history.versions());
  transaction_free(transaction);
  queue_free(&wanted);
  pool_free(pool);
  return whole ? taken : -1;
}
#endif

// Seconds that the Python version takes, or -1; `mixed` as it prints it.
double python_order(std::uint32_t versions, std::uint32_t packages, std::uint32_t entries, unsigned long& mixed) {
  const std::string command = "python3 " BACKSTAY_SOURCE_DIR "/tests/bench/order_reference.py " + std::to_string(versions) + " " +
                              std::to_string(packages) + " " + std::to_string(entries);
  std::FILE* pipe = popen(command.c_str(), "r");
  if (!pipe) return -1;
  double taken = -1;
  if (std::fscanf(pipe, "%lf %lu", &taken, &mixed) != 2) taken = -1;
  return pclose(pipe) == 0 ? taken : -1;
}

void line(const char* what, double taken, double ours) {
  if (taken < 0) std::printf("  %-44s not here\n", what);
  else std::printf("  %-44s %8.3f s   %7.2f of ours\n", what, taken, taken / ours);
}

// `small`: with libsolv, which takes minutes for the large ones.
void compare(std::uint32_t versions, std::uint32_t packages, std::uint32_t entries, bool small, bool with_python) {
  const History history = backstay::testing::turns(versions, packages, entries, 0);
  const KeyedHistory keyed = key_history(history);
  std::printf("%u versions, %u entries\n", history.versions(), history.entries());
  SortOutcome outcome;
  const double all = seconds([&] { outcome = sort_history(history, key_history(history)); });
  if (!outcome.ok() || outcome.order.size() != history.versions()) std::printf("  NO ORDER\n");
  const double sort = seconds([&] { outcome = sort_history(history, keyed); });
  line("ours: keys, order and report", all, all);
  line("ours: order and report alone", sort, all);
  const Waits waits = waits_of(history, keyed);
  const double bare = seconds([&] { benchmark::DoNotOptimize(kahn(waits)); });
  line("bare Kahn with a heap, graph given", bare, all);
  line("bare Kahn with a heap, graph from the history", seconds([&] { benchmark::DoNotOptimize(kahn(waits_of(history, key_history(history)))); }), all);
  line("boost::topological_sort, edges given", seconds([&] { benchmark::DoNotOptimize(boost_order(waits)); }), all);
  if (small) {
#ifdef BACKSTAY_LIBSOLV
    line("libsolv, transaction_order", solv_order(history), all);
#else
    line("libsolv, transaction_order", -1, all);
#endif
  }
  std::printf("  ours is %.2f times bare Kahn over the given graph (order alone %.2f times)\n", all / bare, sort / bare);
  if (!with_python) return;
  unsigned long mixed = 0, expected = 0;
  const double python = python_order(versions, packages, entries, mixed);
  for (const std::uint32_t v : outcome.order) expected = (expected * 31 + v) & 0xFFFFFFFF;
  line("the same algorithm in Python", python, all);
  if (python >= 0 && mixed != expected) std::printf("  PYTHON'S ORDER IS ANOTHER ONE\n");
}

long peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

// The largest memory of a process only grows, so each size has a process of its own.
int show_memory(std::uint32_t versions) {
  const History history = backstay::testing::turns(versions, 1'000, 2, 0);
  const long before = peak_mb();
  const SortOutcome outcome = sort_history(history);
  std::printf("  %8u versions, %8u entries: %4ld MB with the history, %4ld MB at most while it is sorted\n", history.versions(), history.entries(), before, peak_mb());
  return outcome.ok() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string(argv[1]) == "--memory") return show_memory(static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10)));
  compare(5'000, 50, 9, true, true);
  compare(200'000, 100, 9, false, true);
  compare(1'000'000, 1'000, 2, false, false);
  std::printf("largest memory\n");
  std::fflush(stdout);
  for (const char* versions : {"250000", "500000", "1000000"}) {
    if (std::system(("'" + std::string(argv[0]) + "' --memory " + versions).c_str()) != 0) std::printf("  NO ORDER\n");
  }
}
