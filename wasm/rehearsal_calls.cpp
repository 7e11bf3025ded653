#include "wasm/rehearsal_calls.hpp"

#include <map>
#include <memory>
#include <optional>

#include "core/apply/binding.hpp"
#include "core/apply/machine.hpp"
#include "core/apply/prepare.hpp"
#include "core/apply/request_json.hpp"
#include "core/base/json.hpp"
#include "core/report/json_writer.hpp"
#include "core/schema/snapshot.hpp"
#include "wasm/host_source.hpp"
#include "wasm/request.hpp"

namespace backstay::wasm {
namespace {

using apply::Answer;
using apply::Outcome;
using apply::RequestKind;

Error refused(ErrorCode code, std::string message) { return {.code = code, .at = {.file = "request"}, .message = std::move(message)}; }

apply::Request read_rows(std::string sql, std::string& kept) {
  kept = std::move(sql);
  apply::Request request;
  request.kind = RequestKind::read_rows;
  request.sql = kept;
  return request;
}

// A snapshot on its way: the catalogue first, then what it says about the data of each table.
class SnapshotInParts {
 public:
  explicit SnapshotInParts(std::string product) : product_(std::move(product)) {}

  apply::Request first() { return read_rows(std::string(schema::catalogue_query(db::Engine::postgresql)), sql_); }

  // The next query, or nullopt when it is complete.
  std::optional<apply::Request> take(const Answer& answer) {
    if (!has_catalogue_) {
      snapshot_ = schema::read_catalogue(answer.rows, db::Engine::postgresql, product_, sha256_hex);
      queries_ = schema::data_queries(snapshot_);
      has_catalogue_ = true;
    } else {
      schema::add_data(snapshot_, answer.rows);
    }
    if (next_ < queries_.size()) return read_rows(queries_[next_++], sql_);
    schema::finish_data(snapshot_, sha256_hex);
    return std::nullopt;
  }

  std::string document() const { return schema::snapshot_json(snapshot_); }

 private:
  std::string product_, sql_;
  schema::Snapshot snapshot_;
  std::vector<std::string> queries_;
  std::size_t next_ = 0;
  bool has_catalogue_ = false;
};

struct Conversation {
  std::map<std::string, std::string> contents;  // of the delivery, those that steps run
  std::string product;
  std::unique_ptr<apply::Machine> machine;
  std::optional<SnapshotInParts> snapshot;
};

std::unique_ptr<Conversation>& conversation() {
  static std::unique_ptr<Conversation> only;
  return only;
}

bool runs_in_the_database(const apply::PlanStep& step) {
  return step.kind == apply::StepKind::sql || step.kind == apply::StepKind::data_binding;
}

Result<Nothing> keep_contents(const std::vector<Input>& inputs, const apply::ApplyPlan& plan, const Limits& limits,
                              std::map<std::string, std::string>& contents) {
  for (const apply::PlanStep& step : plan.steps) {
    if (!runs_in_the_database(step)) continue;
    for (const apply::Content& content : step.contents) contents[content.key];
  }
  for (const Input& input : inputs) {
    const Result<Nothing> read = apply::read_contents(input, limits, [&](std::string_view key, std::string_view bytes) {
      if (const auto wanted = contents.find(std::string(key)); wanted != contents.end()) wanted->second = bytes;
      return true;
    });
    if (!read.ok()) return read.error();
  }
  return Nothing{};
}

// What a step will run; empty for a binding that says nothing.
std::string sql_of(const apply::PlanStep& step, const std::map<std::string, std::string>& contents) {
  apply::BindingFiles files;
  for (const apply::Content& content : step.contents) {
    const auto found = contents.find(content.key);
    if (found == contents.end()) continue;
    if (step.kind == apply::StepKind::sql) return std::string(TextDocument(found->second, content.key).text());
    const std::string_view name = std::string_view(content.key).substr(content.key.rfind('/') + 1);
    if (name == "descriptor.json") files.descriptor = found->second;
    if (name == "data.json") files.data = found->second;
  }
  const Result<std::string> statements = apply::binding_statements(files, step.install_type, db::Engine::postgresql);
  return statements.ok() ? statements.value() : std::string();
}

// Steps that the page says its database cannot run.
void leave_out(apply::ApplyPlan& plan, const JsonValue* steps) {
  if (!steps) return;
  for (const JsonValue& step : steps->items) {
    std::erase_if(plan.steps, [&](const apply::PlanStep& planned) { return planned.id == step.string; });
  }
}

// The request as the page gets it; contents and snapshots are dealt with here.
std::string outgoing(Conversation& talk, apply::Request request) {
  while (true) {
    if (request.kind == RequestKind::snapshot) {
      talk.snapshot.emplace(talk.product);
      apply::Request catalogue = talk.snapshot->first();
      catalogue.name = "snapshot";
      return apply::request_json(catalogue);
    }
    if (request.kind != RequestKind::read_content) return apply::request_json(request);
    Answer answer;
    const auto content = talk.contents.find(request.name);
    if (content != talk.contents.end()) {
      answer.document = content->second;
    } else {
      answer.outcome = Outcome::failed;
      answer.problem.code = "missing";
      answer.problem.message = "the delivery has no \"" + request.name + "\"";
    }
    request = talk.machine->next(answer);
  }
}

apply::Settings settings_for(const JsonValue& root) {
  apply::Settings settings;
  settings.op_id = "rehearsal";
  settings.environment_id = settings.state_dir_id = "page";
  settings.user = settings.host = "page";
  settings.tool = "backstay " BACKSTAY_VERSION;
  settings.started_at = root.text("now").value_or("");
  settings.digest = sha256_hex;
  settings.engine = db::Engine::postgresql;
  settings.force = true;
  return settings;
}

std::string opening(const apply::ApplyPlan& plan, const Conversation& talk, const std::string& request) {
  std::string out;
  report::JsonWriter json(out, 0);
  json.begin_object();
  json.key("plan");
  json.raw(apply::write_plan(plan, report::Format::json));
  json.key("expected");
  json.begin_array();
  for (const apply::PlanStep& step : plan.steps) {
    if (!runs_in_the_database(step)) continue;
    json.begin_object();
    json.member("step", step.id);
    json.member("name", step.element);
    json.member("sql", sql_of(step, talk.contents));
    json.end_object();
  }
  json.end_array();
  json.key("request");
  json.raw(request);
  json.end_object();
  return out;
}

}  // namespace

Result<std::string> start_rehearsal_answer(std::string_view text) {
  conversation().reset();
  Result<Request> request = read_request(text);
  if (!request.ok()) return request.error();
  const Result<JsonDocument> document = parse_json(text, "request");
  apply::PrepareOptions options;
  options.preflight = request.value().options;
  options.digest = sha256_hex;
  options.engine = Dialect::postgresql;
  for (Input& input : request.value().inputs) {
    if (!input.is_folder && input.sha256.empty()) input.sha256 = "not asked for";
  }
  apply::Prepared prepared = apply::prepare(request.value().inputs, options);
  if (!prepared.plan.complete) {
    return refused(ErrorCode::not_recognised, prepared.plan.why_not.empty() ? "there is no complete plan" : prepared.plan.why_not);
  }
  leave_out(prepared.plan, document.value().root.find("leave_out"));
  auto talk = std::make_unique<Conversation>();
  talk->product = document.value().root.text("product").value_or("PostgreSQL");
  const Result<Nothing> kept = keep_contents(request.value().inputs, prepared.plan, options.preflight.limits, talk->contents);
  if (!kept.ok()) return kept.error();
  talk->machine = apply::start_rehearsal(prepared.plan, settings_for(document.value().root));
  const std::string first = outgoing(*talk, talk->machine->first());
  std::string answer = opening(prepared.plan, *talk, first);
  conversation() = std::move(talk);
  return answer;
}

Result<std::string> next_request(std::string_view text) {
  if (!conversation()) return refused(ErrorCode::missing, "no rehearsal was started");
  Conversation& talk = *conversation();
  Result<Answer> answer = apply::answer_from_json(text);
  if (!answer.ok()) return answer.error();
  if (talk.snapshot) {
    if (answer.value().outcome == Outcome::ok) {
      if (const std::optional<apply::Request> more = talk.snapshot->take(answer.value())) return apply::request_json(*more);
      answer.value().document = talk.snapshot->document();
      answer.value().rows = {};
    }
    talk.snapshot.reset();
  }
  return outgoing(talk, talk.machine->next(answer.value()));
}

}  // namespace backstay::wasm
