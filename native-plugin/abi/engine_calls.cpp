// engine_open, engine_close, query.
#include "native-plugin/abi/engine_calls.hpp"

#include "core/base/json.hpp"
#include "native-plugin/abi/buffer.hpp"
#include "native-plugin/abi/engine_handle.hpp"
#include "native-plugin/abi/host_services.hpp"
#include "native-plugin/abi/problem.hpp"
#include "native-plugin/abi/status.hpp"
#include "native-plugin/abi/text.hpp"

namespace backstay::plugin::abi {
namespace {

// An engine that answers with no status, or with success where there is none, has a bug.
backstay_status as_failure(backstay_status status) { return status < 0 && is_status(status) ? status : BACKSTAY_E_INTERNAL; }

// The database URL is the one value of the configuration that may hold a password.
std::shared_ptr<const Redactor> secrets_of(std::string_view config) {
  auto secrets = std::make_shared<Redactor>();
  const Result<JsonDocument> document = parse_json(config, "config");
  if (document.ok()) secrets->add_secrets_of_url(document.value().root.text("database").value_or(""));
  return secrets;
}

backstay_status refuse(backstay_buf** problem, backstay_status status, std::string_view message) {
  give(problem, problem_json(status, message));
  return status;
}

}  // namespace

backstay_status BACKSTAY_CALL engine_open(const backstay_host* host, const char* config_json, std::size_t n, backstay_engine** out,
                                          backstay_buf** problem) {
  return guarded([&]() -> backstay_status {
    if (!may_enter()) return BACKSTAY_E_REENTRANT;
    if (!out) return refuse(problem, BACKSTAY_E_ARG, "there is nowhere to put the engine: out is NULL");
    const std::optional<std::string_view> config = text_argument(config_json, n);
    if (!config) return refuse(problem, BACKSTAY_E_ARG, "the configuration is NULL or no UTF-8");
    const auto handle = std::make_shared<EngineHandle>();
    const auto secrets = secrets_of(*config);
    Services services;
    const Answered taken = services_from(host, handle->fence, secrets, services);
    if (!taken.ok()) return refuse(problem, taken.status, taken.message);
    ProblemDocument why;
    handle->engine = Engine::open(*config, std::move(services), why);
    if (!handle->engine) {
      give(problem, (*secrets)(why.json));
      return as_failure(why.status);
    }
    *out = engines().add(handle);
    return BACKSTAY_OK;
  });
}

backstay_status BACKSTAY_CALL engine_close(backstay_engine* engine) {
  return guarded([&]() -> backstay_status {
    if (!may_enter()) return BACKSTAY_E_REENTRANT;
    const std::shared_ptr<EngineHandle> handle = engines().find(engine);
    if (!handle) return BACKSTAY_E_ARG;
    if (handle->operations > 0) return BACKSTAY_E_STATE;
    if (handle->fence->is_poisoned()) {
      engines().remove(engine);
      handle->engine.reset();
      return BACKSTAY_OK;
    }
    const Turn turn(*handle, EngineHandle::Use::call);
    if (!turn.taken()) return turn.status();
    if (handle->operations > 0 || !handle->engine) return BACKSTAY_E_STATE;
    engines().remove(engine);
    handle->engine.reset();
    return BACKSTAY_OK;
  });
}

backstay_status BACKSTAY_CALL query(backstay_engine* engine, const char* what, const char* params_json, std::size_t n, backstay_buf** json) {
  return guarded([&]() -> backstay_status {
    if (!may_enter()) return BACKSTAY_E_REENTRANT;
    const std::shared_ptr<EngineHandle> handle = engines().find(engine);
    if (!handle) return refuse(json, BACKSTAY_E_ARG, "this is no open engine");
    const std::optional<std::string_view> key = text_argument(what, what ? SIZE_MAX : 1);
    const std::optional<std::string_view> params = text_argument(params_json, n);
    if (!key || !params) return refuse(json, BACKSTAY_E_ARG, "a text is NULL or no UTF-8");
    const Turn turn(*handle, EngineHandle::Use::call);
    if (!turn.taken()) return refuse(json, turn.status(), "the engine is busy or poisoned");
    if (!handle->engine) return refuse(json, BACKSTAY_E_ARG, "this is no open engine");
    std::string answer;
    const backstay_status status = handle->engine->query(*key, *params, answer);
    give(json, std::move(answer));
    return is_status(status) && status != BACKSTAY_NO_ANSWER ? status : backstay_status{BACKSTAY_E_INTERNAL};
  });
}

}  // namespace backstay::plugin::abi
