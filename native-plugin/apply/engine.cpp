// The engine: an installation, its operations, and what can be asked about it.
#include "native-plugin/apply/engine.hpp"

#include <mutex>
#include <utility>

#include <nlohmann/json.hpp>

#include "native-plugin/apply/operation_run.hpp"
#include "native-plugin/apply/queries.hpp"
#include "native-plugin/include/backstay/plugin.h"

namespace backstay::plugin {
namespace {

using nlohmann::json;

Status status_of_error(const Error& error) {
  switch (error.code) {
    case ErrorCode::limit_exceeded: return BACKSTAY_E_NOSPACE;
    case ErrorCode::cancelled: return BACKSTAY_E_LOCKED;
    case ErrorCode::unreadable: return BACKSTAY_E_IO;
    case ErrorCode::missing: return BACKSTAY_E_IO;
    default: return BACKSTAY_E_ARG;
  }
}

ProblemDocument problem_of(Status status, const std::string& code, const std::string& message) {
  return {status, json({{"schema", "backstay.problem/1"}, {"code", code}, {"message", message}}).dump()};
}

class OpenEngine final : public Engine {
 public:
  Installation installation;
  std::mutex mutex;

  std::unique_ptr<Operation> operation(OperationKind kind, std::string_view params, ProblemDocument& problem) override {
    const json document = json::parse(params.empty() ? std::string_view("{}") : params, nullptr, false);
    if (!document.is_object()) {
      problem = problem_of(BACKSTAY_E_ARG, "params", "the parameters are no JSON object");
      return nullptr;
    }
    auto made = make_operation(installation, kind, params);
    if (!made) problem = problem_of(BACKSTAY_E_UNSUPPORTED, "kind", "this build has no operation of that kind");
    return made;
  }

  Status query(std::string_view what, std::string_view params, std::string& out) override {
    const std::lock_guard<std::mutex> guard(mutex);
    auto answer = answer_query(installation, what, params);
    if (!answer.ok()) {
      out = problem_of(status_of_error(answer.error()), "query", answer.error().message).json;
      return status_of_error(answer.error());
    }
    out = std::move(answer.value());
    return BACKSTAY_OK;
  }
};

}  // namespace

std::unique_ptr<Engine> Engine::open(std::string_view config, Services services, ProblemDocument& problem) {
  auto read = read_configuration(config);
  if (!read.ok()) {
    problem = problem_of(BACKSTAY_E_ARG, "config", read.error().message);
    return nullptr;
  }
  auto engine = std::make_unique<OpenEngine>();
  engine->installation.config = std::move(read.value());
  engine->installation.services = std::move(services);
  if (auto opened = open_installation(engine->installation); !opened.ok()) {
    problem = problem_of(status_of_error(opened.error()), "state", opened.error().message);
    return nullptr;
  }
  return engine;
}

}  // namespace backstay::plugin
