// What the module exports (exports.txt): a few plain C calls with JSON in and JSON out, because a large
// report crosses that way about three times as fast as through generated object bindings.
//
// A call takes a request text in memory from backstay_allocate() and returns a status; the answer is
// then at backstay_result() and stays valid until the next call. One call at a time: a worker owns the
// module. Files are not copied in: the core asks the host for ranges through the imports below.
#include <cstdlib>

#include "core/base/json.hpp"
#include "core/deploy/make_repair.hpp"
#include "core/preflight.hpp"
#include "core/report/json_writer.hpp"
#include "core/report/lines.hpp"
#include "core/report/reverse_report.hpp"
#include "core/report/rule_pages.hpp"
#include "wasm/host_source.hpp"
#include "wasm/rehearsal_calls.hpp"
#include "wasm/request.hpp"
#include "wasm/schema_calls.hpp"
#include "wasm/stored_file.hpp"

extern "C" {
__attribute__((import_module("backstay"), import_name("host_now"))) double backstay_host_now();
__attribute__((import_module("backstay"), import_name("host_progress"))) int backstay_host_progress(
    const char* what, std::size_t size, double done, double total);
}

namespace backstay::wasm {
namespace {

// Statuses are the exit codes of the command line.
enum Status : int { done = 0, bad_request = 2, unreadable_input = 3, interrupted = 7 };

std::string& result() {
  static std::string text;
  return text;
}

// Passes progress on and remembers whether the host asked to stop.
class HostProgress final : public Progress {
 public:
  bool report(std::string_view what, std::uint64_t bytes_done, std::uint64_t total) override {
    stopped_ |= backstay_host_progress(what.data(), what.size(), static_cast<double>(bytes_done), static_cast<double>(total)) == 0;
    return !stopped_;
  }
  bool stopped() const { return stopped_; }

 private:
  bool stopped_ = false;
};

// The error as a finding has it: {"rule", "message", "file", "line", "column", "offset"}.
int refuse(const Error& error) {
  result().clear();
  report::JsonWriter writer(result(), 0);
  writer.begin_object();
  writer.member("rule", error_rule(error.code));
  writer.member("severity", "error");
  writer.member("message", error.message);
  writer.member_or_null("file", error.at.file);
  writer.member("line", static_cast<std::uint64_t>(error.at.line));
  writer.member("column", static_cast<std::uint64_t>(error.at.column));
  writer.member("offset", error.at.offset);
  writer.end_object();
  return bad_request;
}

int preflight_call(std::string_view text) {
  const double start = backstay_host_now();
  Result<Request> request = read_request(text);
  if (!request.ok()) return refuse(request.error());
  HostProgress progress;
  for (Input& input : request.value().inputs) {
    if (input.is_folder || !input.sha256.empty()) continue;
    input.sha256 = sha256_of(*input.files.front().bytes, input.path, progress);
    if (progress.stopped()) return interrupted;
  }
  report::Report report = preflight(request.value().inputs, request.value().options, &progress, request.value().previous);
  if (progress.stopped()) return interrupted;
  report.summary.milliseconds = static_cast<std::uint64_t>(backstay_host_now() - start);
  const Request& asked = request.value();
  result() = asked.order_only ? report::write_order(report, asked.format, asked.write) : report::write(report, asked.format, asked.write);
  return report.unreadable_input ? unreadable_input : done;
}

// The text of one file of an upload: {"file", "text", "damaged"}. `text` is UTF-8 without a mark, as
// the places of findings count it.
int source_call(std::string_view text) {
  Result<Request> request = read_request(text);
  if (!request.ok()) return refuse(request.error());
  const Result<JsonDocument> document = parse_json(text, "request");
  const std::string file = document.value().root.text("file").value_or("");
  const std::size_t input = static_cast<std::size_t>(document.value().root.whole("input").value_or(0));
  if (input >= request.value().inputs.size()) return refuse({ErrorCode::missing, {.file = file}, "no such input"});
  const Result<std::string> bytes = read_stored_file(request.value().inputs[input], file, request.value().options.limits);
  if (!bytes.ok()) return refuse(bytes.error());
  const TextDocument stored(bytes.value(), file);
  result().clear();
  report::JsonWriter writer(result(), 0);
  writer.begin_object();
  writer.member("file", file);
  writer.member("text", stored.text());
  writer.member_flag("damaged", stored.had_damage());
  writer.end_object();
  return done;
}

std::optional<rollback::Server> server_from(std::string_view name) {
  using enum rollback::Server;
  for (const rollback::Server server : {postgresql, mssql, oracle, sqlite}) {
    if (name == rollback::to_string(server)) return server;
  }
  return std::nullopt;
}

// The capture script and the reverse script of one script of an upload, as `backstay reverse --format json` prints them.
int reverse_call(std::string_view text) {
  Result<Request> request = read_request(text);
  if (!request.ok()) return refuse(request.error());
  const Result<JsonDocument> document = parse_json(text, "request");
  const JsonValue& root = document.value().root;
  const std::string file = root.text("file").value_or("");
  const std::size_t input = static_cast<std::size_t>(root.whole("input").value_or(0));
  const std::optional<rollback::Server> server = server_from(root.text("server").value_or("postgresql"));
  if (!server) return refuse({ErrorCode::not_recognised, {.file = file}, "unknown server"});
  if (input >= request.value().inputs.size()) return refuse({ErrorCode::missing, {.file = file}, "no such input"});
  const Result<std::string> bytes = read_stored_file(request.value().inputs[input], file, request.value().options.limits);
  if (!bytes.ok()) return refuse(bytes.error());
  rollback::ReverseOptions options;
  options.server = *server;
  result() = report::reverse_json(rollback::reverse_scripts(TextDocument(bytes.value(), file), options, request.value().options.sql), file);
  return done;
}

int answer_call(Result<std::string> answer) {
  if (!answer.ok()) return refuse(answer.error());
  result() = std::move(answer.value());
  return done;
}

deploy::Order order_of(const Input& input, const PreflightOptions& options) {
  std::vector<CheckedInput> inputs;
  inputs.push_back(check_input(input, options, nullptr));
  return join(std::move(inputs), options).order;
}

// One proposed repair made: {"files": [{"path", "text"}]}, every byte of the files it changes. The edited input was
// read and sorted once more before the answer is given.
int repair_call(std::string_view text) {
  Result<Request> request = read_request(text);
  if (!request.ok()) return refuse(request.error());
  PreflightOptions options = request.value().options;
  options.check_scripts = false;
  const Result<JsonDocument> document = parse_json(text, "request");
  const std::size_t at = static_cast<std::size_t>(document.value().root.whole("input").value_or(0));
  if (at >= request.value().inputs.size()) return refuse({ErrorCode::missing, {}, "no such input"});
  const Input& input = request.value().inputs[at];
  const deploy::Order order = order_of(input, options);
  const std::size_t index = static_cast<std::size_t>(document.value().root.whole("repair").value_or(0));
  if (index >= order.repairs.size()) return refuse({ErrorCode::missing, {.file = input.path}, "no such repair"});
  const auto read = [&](const std::string& file) { return read_stored_file(input, file, options.limits); };
  const auto files = deploy::make_repair(order.repairs[index], read, options.limits);
  if (!files.ok()) return refuse(files.error());
  std::vector<Change> changes;
  for (const deploy::RepairedFile& file : files.value()) changes.push_back({file.file, file.after});
  const Result<Input> changed = with_changes(input, changes, options.limits);
  if (!changed.ok()) return refuse(changed.error());
  if (deploy::has_no_order(order_of(changed.value(), options))) {
    return refuse({ErrorCode::malformed, {.file = input.path}, "would still have no order with the edits made"});
  }
  result().clear();
  report::JsonWriter writer(result(), 0);
  writer.begin_object();
  writer.list("files", changes, [&](const Change& change) {
    writer.member("path", change.file);
    writer.member("text", change.bytes);
  });
  writer.end_object();
  return done;
}

int rules_call() {
  result().clear();
  report::JsonWriter writer(result(), 0);
  writer.begin_array();
  for (const report::RulePage& rule : report::rule_pages()) {
    writer.begin_object();
    writer.member("id", rule.id);
    writer.member("title", rule.title);
    writer.member("severity", report::to_string(rule.severity));
    writer.member("page", rule.page);
    writer.end_object();
  }
  writer.end_array();
  return done;
}

int statements_call(std::string_view text) {
  const Result<JsonDocument> request = parse_json(text, "request");
  if (!request.ok()) return refuse(request.error());
  const TextDocument document(request.value().root.text("sql").value_or(""), "script.sql");
  std::optional<Dialect> dialect = dialect_from(request.value().root.text("dialect").value_or(""));
  if (!dialect) dialect = sql::detect_dialect(document);
  result() = "[";
  for (const sql::StatementInfo& statement : sql::list_statements(document, dialect.value_or(Dialect::postgresql), {})) {
    if (result().size() > 1) result() += ',';
    result() += report::statement_line(statement);
  }
  result() += ']';
  return done;
}

}  // namespace
}  // namespace backstay::wasm

extern "C" {

void* backstay_allocate(std::size_t size) { return std::malloc(size); }
void backstay_release(void* memory) { std::free(memory); }

int backstay_preflight(const char* request, std::size_t size) { return backstay::wasm::preflight_call({request, size}); }
int backstay_rules() { return backstay::wasm::rules_call(); }
int backstay_source(const char* request, std::size_t size) { return backstay::wasm::source_call({request, size}); }
int backstay_reverse(const char* request, std::size_t size) { return backstay::wasm::reverse_call({request, size}); }
int backstay_snapshot(const char* request, std::size_t size) { return backstay::wasm::answer_call(backstay::wasm::snapshot_answer({request, size})); }
int backstay_difference(const char* request, std::size_t size) { return backstay::wasm::answer_call(backstay::wasm::difference_answer({request, size})); }
int backstay_rehearse(const char* request, std::size_t size) { return backstay::wasm::answer_call(backstay::wasm::start_rehearsal_answer({request, size})); }
int backstay_rehearse_next(const char* answer, std::size_t size) { return backstay::wasm::answer_call(backstay::wasm::next_request({answer, size})); }
int backstay_repair(const char* request, std::size_t size) { return backstay::wasm::repair_call({request, size}); }
int backstay_statements(const char* request, std::size_t size) { return backstay::wasm::statements_call({request, size}); }

const char* backstay_result() { return backstay::wasm::result().data(); }
std::size_t backstay_result_size() { return backstay::wasm::result().size(); }
const char* backstay_version() { return BACKSTAY_VERSION; }
}
