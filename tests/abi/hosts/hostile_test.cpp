// Hosts that misbehave: every callback, broken in every way, during a real apply. Whatever it does, the answer is
// a known status and the environment is the old or the new one, for the database and the elements alike.
//
// Each scenario runs in a process of its own, so that a crash is a failed row and not the end of the run.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <stdexcept>

#include "tests/abi/hosts/good_host.hpp"
#include "tests/abi/hosts/loaded_plugin.hpp"

namespace {

enum class Way { absent, zero, minus_one, garbage, throws, jumps, re_enters, floods, bad_utf8, half };
constexpr const char* way_names[] = {"absent", "zero", "minus one", "garbage", "throws", "jumps", "re-enters", "floods", "bad UTF-8", "half"};

// What the broken callback needs; one scenario per process, so that plain globals will do.
std::jmp_buf outside;
backstay_engine* the_engine = nullptr;
backstay_op* the_op = nullptr;
Way the_way = Way::zero;
int calls = 0;
bool re_entered_wrongly = false;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "    %s\n", what);
  std::_Exit(1);
}

// Calls everything that is not allowed in here, and what is.
void re_enter() {
  const backstay_api& api = plugin();
  backstay_engine* engine = nullptr;
  backstay_op* op = nullptr;
  const bool refused = api.engine_open(nullptr, "{}", SIZE_MAX, &engine, nullptr) == BACKSTAY_E_REENTRANT &&
                       api.op_new(the_engine, BACKSTAY_OP_APPLY, "{}", SIZE_MAX, &op, nullptr) == BACKSTAY_E_REENTRANT &&
                       api.op_run(the_op, nullptr) == BACKSTAY_E_REENTRANT && api.op_free(the_op) == BACKSTAY_E_REENTRANT &&
                       api.query(the_engine, "features", nullptr, 0, nullptr) == BACKSTAY_E_REENTRANT &&
                       api.engine_close(the_engine) == BACKSTAY_E_REENTRANT;
  backstay_op_status status{};
  status.struct_size = sizeof status;
  const bool allowed = !the_op || api.op_status(the_op, &status) == BACKSTAY_OK;
  re_entered_wrongly |= !refused || !allowed;
}

backstay_status flood(backstay_sink* sink) {
  const std::string megabyte(1 << 20, 'x');
  backstay_status last = BACKSTAY_OK;
  for (int i = 0; i < 66 && last > 0; ++i) last = sink->write(sink->impl, megabyte.data(), megabyte.size());
  expect(last < 0, "a sink took more than 64 MiB");
  return BACKSTAY_OK;  // as if all were well
}

backstay_status misbehave(backstay_sink* sink) {
  ++calls;
  switch (the_way) {
    case Way::zero: return BACKSTAY_NO_ANSWER;
    case Way::minus_one: return BACKSTAY_E_ARG;
    case Way::garbage: return 12345;
    case Way::throws: throw std::runtime_error("from a callback");
    case Way::jumps: std::longjmp(outside, 1);
    case Way::re_enters: re_enter(); return BACKSTAY_OK;
    case Way::floods: return sink ? flood(sink) : backstay_status{BACKSTAY_OK};
    case Way::bad_utf8: return sink ? sink->write(sink->impl, "{\"a\":\"\xFF\xC0\"}", 11) : backstay_status{BACKSTAY_OK};
    case Way::half: return sink ? sink->write(sink->impl, "[{\"id\":\"x", 9) : backstay_status{BACKSTAY_OK};
    case Way::absent: break;
  }
  std::abort();
}

// The function that was replaced, for hosts that call back and then do what they should.
template <class... Arguments>
backstay_status (*replaced)(void*, Arguments...) = nullptr;

// One broken function per signature of the header.
template <class... Arguments>
backstay_status broken(void* ctx, Arguments... arguments) {
  backstay_sink* sink = nullptr;
  const auto look = [&](auto value) {
    if constexpr (std::is_same_v<decltype(value), backstay_sink*>) sink = value;
  };
  (look(arguments), ...);
  const backstay_status status = misbehave(sink);
  return the_way == Way::re_enters ? replaced<Arguments...>(ctx, arguments...) : status;
}
void broken_log(void*, int32_t, const char*, const char*, size_t) { misbehave(nullptr); }
void broken_progress(void*, const char*, uint64_t, uint64_t, const char*, size_t) { misbehave(nullptr); }
int64_t broken_now(void*) { return misbehave(nullptr); }

template <class... Arguments>
void put_broken(backstay_status (*&member)(void*, Arguments...)) {
  replaced<Arguments...> = member;
  member = the_way == Way::absent ? nullptr : broken<Arguments...>;
}

struct Callback {
  const char* name;
  std::function<void(GoodHost&)> put;
};

// Says yes and did nothing, or gave wrong content: what such a host says is done cannot be known to be undone.
bool is_lie(const Callback& callback, Way way) {
  const bool is_silent = way == Way::floods || way == Way::bad_utf8 || way == Way::half;
  const std::string name = callback.name;
  if (name == "store.read") return way == Way::bad_utf8 || way == Way::half;
  return is_silent && (name == "maint.leave" || name == "store.commit" || name == "store.put" || name == "store.remove");
}

const Callback callbacks[] = {
    {"log.log", [](GoodHost& h) { h.log.log = the_way == Way::absent ? nullptr : broken_log; }},
    {"log.progress", [](GoodHost& h) { h.log.progress = the_way == Way::absent ? nullptr : broken_progress; }},
    {"store.list", [](GoodHost& h) { put_broken(h.store.list); }},
    {"store.read", [](GoodHost& h) { put_broken(h.store.read); }},
    {"store.begin", [](GoodHost& h) { put_broken(h.store.begin); }},
    {"store.put", [](GoodHost& h) { put_broken(h.store.put); }},
    {"store.remove", [](GoodHost& h) { put_broken(h.store.remove); }},
    {"store.commit", [](GoodHost& h) { put_broken(h.store.commit); }},
    {"store.abort", [](GoodHost& h) { put_broken(h.store.abort); }},
    {"store.committed", [](GoodHost& h) { put_broken(h.store.committed); }},
    {"jobs.running", [](GoodHost& h) { put_broken(h.jobs.running); }},
    {"jobs.hold_new", [](GoodHost& h) { put_broken(h.jobs.hold_new); }},
    {"maint.enter", [](GoodHost& h) { put_broken(h.maint.enter); }},
    {"maint.leave", [](GoodHost& h) { put_broken(h.maint.leave); }},
    {"maint.holder", [](GoodHost& h) { put_broken(h.maint.holder); }},
    {"notify.notify", [](GoodHost& h) { put_broken(h.notify.notify); }},
    {"verify.verify", [](GoodHost& h) { put_broken(h.verify.verify); }},
    {"clock.now_ms", [](GoodHost& h) { h.clock.now_ms = the_way == Way::absent ? nullptr : broken_now; }},
    {"clock.random", [](GoodHost& h) { put_broken(h.clock.random); }},
};

// After a callback that never returned: nothing works but letting go.
void expect_poisoned(backstay_engine* engine, backstay_op* op) {
  const backstay_api& api = plugin();
  expect(api.query(engine, "features", nullptr, 0, nullptr) == BACKSTAY_E_POISONED, "a query after an abandoned callback");
  if (!op) return;
  backstay_op_status status{};
  status.struct_size = sizeof status;
  expect(api.op_status(op, &status) == BACKSTAY_OK, "op_status of a poisoned operation");
  expect(api.op_run(op, nullptr) == BACKSTAY_E_POISONED, "a run after an abandoned callback");
  expect(api.op_cancel(op) == BACKSTAY_OK, "op_cancel of a poisoned operation");
}

// Applies with a host; returns the status of the call that failed first.
backstay_status apply_with(const backstay_host& host, const Environment& environment) {
  const backstay_api& api = plugin();
  the_engine = nullptr;
  the_op = nullptr;
  volatile backstay_status status = BACKSTAY_NO_ANSWER;
  volatile bool jumped = false;
  const std::string config = environment.config(), params = environment.apply_params();
  if (setjmp(outside) == 0) {
    status = api.engine_open(&host, config.data(), config.size(), &the_engine, nullptr);
    if (status > 0) status = api.op_new(the_engine, BACKSTAY_OP_APPLY, params.data(), params.size(), &the_op, nullptr);
    if (status > 0) status = api.op_run(the_op, nullptr);
  } else {
    jumped = true;
    status = BACKSTAY_E_POISONED;
    if (the_engine) expect_poisoned(the_engine, the_op);
  }
  if (the_op) expect(api.op_free(the_op) == BACKSTAY_OK, "op_free");
  if (the_engine) {
    if (setjmp(outside) == 0) {
      const backstay_status closed = api.engine_close(the_engine);
      expect(closed == BACKSTAY_OK, "engine_close");
    }
  }
  expect(!jumped || the_way == Way::jumps, "jumped without a reason");
  return status;
}

void recover_with(const backstay_host& host, const Environment& environment) {
  const backstay_api& api = plugin();
  backstay_engine* engine = nullptr;
  backstay_op* op = nullptr;
  backstay_buf* document = nullptr;
  const std::string config = environment.config();
  backstay_status status = api.engine_open(&host, config.data(), config.size(), &engine, &document);
  if (status > 0) status = api.op_new(engine, BACKSTAY_OP_RECOVER, "{}", 2, &op, &document);
  if (status > 0) status = api.op_run(op, &document);
  const std::string text = taken(document);
  if (status <= 0) std::fprintf(stderr, "    recovery: %s %s\n", api.status_name(status), text.c_str());
  expect(status > 0, "recovery with a host that behaves");
  api.op_free(op);
  api.engine_close(engine);
}

void run_scenario(const Callback& callback, Way way) {
  the_way = way;
  const Environment environment;
  GoodHost host;
  callback.put(host);
  const backstay_status status = apply_with(host.host, environment);
  expect(is_known(status), "a status that is none");
  expect(!re_entered_wrongly, "a call from inside a callback was not refused");
  GoodHost good;
  good.memory = host.memory;
  good.maintenance = host.maintenance;
  recover_with(good.host, environment);
  if (is_lie(callback, way)) std::_Exit(0);
  const std::string side = environment.database_side();
  if (side != good.memory.side()) std::fprintf(stderr, "    status %s, database %s, elements %s\n", plugin().status_name(status), side.c_str(), good.memory.side().c_str());
  expect(side == good.memory.side(), "database and elements on different sides");
  expect(status <= 0 || side == "new", "success without the new state");
  expect(good.maintenance.empty(), "users are still locked out");
  std::_Exit(0);
}

// True when the scenario's process ended well.
bool passes(const Callback& callback, Way way) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      run_scenario(callback, way);
    } catch (...) {
      std::fprintf(stderr, "    an exception crossed the border\n");
    }
    std::_Exit(1);
  }
  int state = 0;
  ::waitpid(child, &state, 0);
  if (WIFSIGNALED(state)) std::fprintf(stderr, "    ended by signal %d\n", WTERMSIG(state));
  return WIFEXITED(state) && WEXITSTATUS(state) == 0;
}

}  // namespace

TEST_CASE("hosts: one that behaves sees everything it should") {
  const Environment environment;
  GoodHost host;
  the_way = Way::zero;
  const backstay_status status = apply_with(host.host, environment);
  CHECK(std::string(plugin().status_name(status)) == "BACKSTAY_OK");
  CHECK(environment.database_side() == "new");
  CHECK(host.memory.side() == "new");
  CHECK(host.maintenance.empty());
  CHECK(host.verified == 1);
  CHECK(host.events.size() == 1);
  CHECK(host.progressed > 0);
}

TEST_CASE("hosts: none at all is a host") {
  const Environment environment;
  const backstay_api& api = plugin();
  const std::string config = environment.config(), params = environment.apply_params();
  backstay_engine* engine = nullptr;
  backstay_op* op = nullptr;
  backstay_buf* document = nullptr;
  REQUIRE(api.engine_open(nullptr, config.data(), config.size(), &engine, &document) == BACKSTAY_OK);
  REQUIRE(api.op_new(engine, BACKSTAY_OP_APPLY, params.c_str(), SIZE_MAX, &op, &document) == BACKSTAY_OK);
  CHECK(api.engine_close(engine) == BACKSTAY_E_STATE);
  const backstay_status status = api.op_run(op, &document);
  const std::string report = taken(document);  // CAPTURE evaluates what it shows only when a check fails
  CAPTURE(report);
  CHECK(status == BACKSTAY_OK);
  CHECK(api.op_run(op, nullptr) == BACKSTAY_E_STATE);
  CHECK(api.op_cancel(op) == BACKSTAY_E_STATE);
  backstay_op_status said{};
  said.struct_size = sizeof said;
  CHECK(api.op_status(op, &said) == BACKSTAY_OK);
  CHECK(said.result == BACKSTAY_OK);
  CHECK(std::strlen(said.op_id) == 36);
  CHECK(api.op_free(op) == BACKSTAY_OK);
  CHECK(api.op_free(op) == BACKSTAY_E_ARG);
  CHECK(api.engine_close(engine) == BACKSTAY_OK);
  CHECK(api.engine_close(engine) == BACKSTAY_E_ARG);
  CHECK(environment.database_side() == "new");
  CHECK(environment.folder_side() == "new");
}

TEST_CASE("hosts: every callback broken in every way") {
  plugin();  // loaded once, before the processes part
  for (const Callback& callback : callbacks) {
    for (int way = 0; way <= static_cast<int>(Way::half); ++way) {
      const std::string scenario = std::string(callback.name) + " " + way_names[way];
      CAPTURE(scenario);
      CHECK(passes(callback, static_cast<Way>(way)));
    }
  }
}
