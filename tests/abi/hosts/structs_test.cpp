// Structs of other versions: cut off at every byte, and longer than known. Each lies at the end of memory of
// exactly its size, so that a sanitizer sees every read behind it.
#include <doctest/doctest.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>

#include "tests/abi/hosts/good_host.hpp"
#include "tests/abi/hosts/loaded_plugin.hpp"

namespace {

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};
template <class Struct>
using Cut = std::unique_ptr<Struct, Free>;

// The first `size` bytes of `whole` in memory of that size, which is also what the copy says; longer ones are
// filled with 0xA5.
template <class Struct>
Cut<Struct> cut_to(const Struct& whole, std::size_t size) {
  auto* memory = static_cast<unsigned char*>(std::malloc(size));
  std::memset(memory, 0xA5, size);
  std::memcpy(memory, &whole, std::min(size, sizeof whole));
  const auto said = static_cast<std::uint32_t>(size);
  std::memcpy(memory, &said, sizeof said);
  return Cut<Struct>(reinterpret_cast<Struct*>(memory));
}

backstay_status open_with(const backstay_host* host, const Environment& environment) {
  const std::string config = environment.config();
  backstay_engine* engine = nullptr;
  const backstay_status status = plugin().engine_open(host, config.data(), config.size(), &engine, nullptr);
  if (status > 0) CHECK(plugin().engine_close(engine) == BACKSTAY_OK);
  return status;
}

// All sizes of one table; `at` is where the host has its pointer.
template <class Table>
void cut_table(const Table& table, const Table* backstay_host::*at, const Environment& environment) {
  for (std::size_t size = sizeof(std::uint32_t); size <= sizeof table + 24; ++size) {
    GoodHost host;
    const Cut<Table> copy = cut_to(table, size);
    host.host.*at = copy.get();
    const backstay_status status = open_with(&host.host, environment);
    CAPTURE(size);
    if (size < offsetof(Table, ctx) + sizeof(void*)) CHECK(status == BACKSTAY_E_ABI);
    else CHECK(is_known(status));
  }
}

}  // namespace

TEST_CASE("structs: negotiation of every length") {
  for (std::size_t size = sizeof(std::uint32_t); size <= sizeof(backstay_negotiation) + 24; ++size) {
    backstay_negotiation whole{};
    whole.host_major = BACKSTAY_ABI_MAJOR;
    whole.host_minor = BACKSTAY_ABI_MINOR;
    const Cut<backstay_negotiation> terms = cut_to(whole, size);
    const backstay_api* api = negotiate(*terms);
    CAPTURE(size);
    CHECK((api != nullptr) == (size >= offsetof(backstay_negotiation, reject) + sizeof terms->reject));
    if (size < sizeof whole) continue;
    CHECK((terms->capabilities & BACKSTAY_CAP_SQLITE) != 0);
    CHECK((terms->capabilities & BACKSTAY_CAP_FAULTS) == 0);
    CHECK(std::strncmp(terms->build, "backstay ", 9) == 0);
    const auto* behind = reinterpret_cast<const unsigned char*>(terms.get()) + sizeof whole;
    for (std::size_t i = 0; i < size - sizeof whole; ++i) CHECK(behind[i] == 0xA5);
  }
}

TEST_CASE("structs: other versions are refused and say which") {
  for (const auto& [major, minor] : {std::pair{1u, 0u}, {0u, 0u}, {0u, 2u}, {7u, 1u}}) {
    backstay_negotiation terms{};
    terms.struct_size = sizeof terms;
    terms.host_major = major;
    terms.host_minor = minor;
    CHECK(negotiate(terms) == nullptr);
    CHECK(terms.reject == BACKSTAY_REJECT_MAJOR);
    CHECK(terms.plugin_major == BACKSTAY_ABI_MAJOR);
    CHECK(terms.plugin_minor == BACKSTAY_ABI_MINOR);
  }
}

TEST_CASE("structs: every table of every length") {
  const Environment environment;
  const GoodHost good;
  cut_table(good.log, &backstay_host::log, environment);
  cut_table(good.store, &backstay_host::store, environment);
  cut_table(good.jobs, &backstay_host::jobs, environment);
  cut_table(good.maint, &backstay_host::maint, environment);
  cut_table(good.notify, &backstay_host::notify, environment);
  cut_table(good.verify, &backstay_host::verify, environment);
  cut_table(good.clock, &backstay_host::clock, environment);
  cut_table(good.changes, &backstay_host::changes, environment);
}

TEST_CASE("structs: a host of every length") {
  const Environment environment;
  const GoodHost good;
  for (std::size_t size = sizeof(std::uint32_t); size <= sizeof(backstay_host) + 24; ++size) {
    const Cut<backstay_host> host = cut_to(good.host, size);
    const backstay_status status = open_with(host.get(), environment);
    CAPTURE(size);
    if (size < offsetof(backstay_host, name)) CHECK(status == BACKSTAY_E_ABI);
    else CHECK(status == BACKSTAY_OK);
  }
  backstay_host other = good.host;
  other.abi_minor = BACKSTAY_ABI_MINOR + 1;
  CHECK(open_with(&other, environment) == BACKSTAY_E_ABI);
  other = good.host;
  other.name = "\xFF";
  CHECK(open_with(&other, environment) == BACKSTAY_E_ARG);
}

TEST_CASE("structs: op_status writes what there is room for") {
  const Environment environment;
  const std::string config = environment.config(), params = environment.apply_params();
  backstay_engine* engine = nullptr;
  backstay_op* op = nullptr;
  REQUIRE(plugin().engine_open(nullptr, config.data(), config.size(), &engine, nullptr) == BACKSTAY_OK);
  REQUIRE(plugin().op_new(engine, BACKSTAY_OP_APPLY, params.data(), params.size(), &op, nullptr) == BACKSTAY_OK);
  for (std::size_t size = sizeof(std::uint32_t); size <= sizeof(backstay_op_status) + 8; ++size) {
    const Cut<backstay_op_status> status = cut_to(backstay_op_status{}, size);
    const backstay_status answer = plugin().op_status(op, status.get());
    CAPTURE(size);
    CHECK(answer == (size >= offsetof(backstay_op_status, step) ? BACKSTAY_OK : BACKSTAY_E_ABI));
    if (size >= sizeof(backstay_op_status)) CHECK(status->result == BACKSTAY_NO_ANSWER);
    CHECK(status->struct_size == size);
  }
  CHECK(plugin().op_free(op) == BACKSTAY_OK);
  CHECK(plugin().engine_close(engine) == BACKSTAY_OK);
}

TEST_CASE("arguments: what is NULL, foreign or no text gets a status") {
  const backstay_api& api = plugin();
  backstay_engine* engine = nullptr;
  backstay_op* op = nullptr;
  backstay_buf* document = nullptr;
  CHECK(api.engine_open(nullptr, "{}", 2, nullptr, nullptr) == BACKSTAY_E_ARG);
  CHECK(api.engine_open(nullptr, nullptr, 5, &engine, &document) == BACKSTAY_E_ARG);
  CHECK(taken(document).find("backstay.problem/1") != std::string::npos);
  for (const char* config : {"", "{", "[]", "{}", "null", "{\"database\":7}", "{\"database\":\"oracle:x\",\"store\":{\"dir\":\"/tmp\"}}", "\xFF"}) {
    CAPTURE(config);
    document = nullptr;
    CHECK(api.engine_open(nullptr, config, SIZE_MAX, &engine, &document) < 0);
    CHECK(taken(document).find("backstay.problem/1") != std::string::npos);
    CHECK(engine == nullptr);
  }
  auto* foreign = reinterpret_cast<backstay_engine*>(std::uintptr_t{0x7777});
  CHECK(api.engine_close(foreign) == BACKSTAY_E_ARG);
  CHECK(api.engine_close(nullptr) == BACKSTAY_E_ARG);
  CHECK(api.op_new(foreign, BACKSTAY_OP_APPLY, "{}", 2, &op, nullptr) == BACKSTAY_E_ARG);
  CHECK(api.op_run(nullptr, nullptr) == BACKSTAY_E_ARG);
  CHECK(api.op_cancel(nullptr) == BACKSTAY_E_ARG);
  CHECK(api.op_status(nullptr, nullptr) == BACKSTAY_E_ARG);
  CHECK(api.op_free(nullptr) == BACKSTAY_E_ARG);
  CHECK(api.query(nullptr, "backups", nullptr, 0, nullptr) == BACKSTAY_E_ARG);
  CHECK(std::string(api.buf_data(nullptr)).empty());
  CHECK(api.buf_size(nullptr) == 0);
  api.buf_release(nullptr);
  std::set<std::string> names;
  for (int status = -120; status <= 20; ++status) {
    if (is_known(status) || status == 0) CHECK(names.insert(api.status_name(status)).second);
  }
  CHECK(names.size() == 29);
  CHECK(std::string(api.status_name(12345)) == "unknown status");

  const Environment environment;
  const std::string config = environment.config();
  REQUIRE(api.engine_open(nullptr, config.c_str(), SIZE_MAX, &engine, nullptr) == BACKSTAY_OK);
  CHECK(api.op_new(engine, BACKSTAY_OP_APPLY, "{}", 2, nullptr, nullptr) == BACKSTAY_E_ARG);
  CHECK(api.op_new(engine, 0, "{}", 2, &op, nullptr) == BACKSTAY_E_ARG);
  CHECK(api.op_new(engine, 99, "{}", 2, &op, nullptr) == BACKSTAY_E_ARG);
  CHECK(api.op_new(engine, BACKSTAY_OP_APPLY, "[", 1, &op, nullptr) == BACKSTAY_E_ARG);
  CHECK(api.query(engine, nullptr, nullptr, 0, nullptr) == BACKSTAY_E_ARG);
  CHECK(api.query(engine, "no such thing", nullptr, 0, nullptr) < 0);
  CHECK(api.query(engine, "features", nullptr, 0, nullptr) == BACKSTAY_OK);
  CHECK(api.engine_close(engine) == BACKSTAY_OK);
}
