#include "core/apply/request_json.hpp"

#include <algorithm>
#include <optional>

#include "core/base/json.hpp"
#include "core/report/json_writer.hpp"

namespace backstay::apply {
namespace {

using db::Value;
using report::JsonWriter;

constexpr std::string_view digits64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::int64_t largest_in_double = 9'007'199'254'740'991;
constexpr std::size_t max_values_in_answer = 20'000'000;  // rows of a large table, read by a statement of ours

std::string to_base64(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t three = 0;
    const std::size_t there = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k) three = three << 8 | (k < there ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) out += k <= there ? digits64[three >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const std::size_t digit = digits64.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>(bits >> held & 255);
  }
  return out;
}

void write_value(JsonWriter& json, const Value& value) {
  switch (value.kind) {
    case Value::Kind::null: return json.null();
    case Value::Kind::text: return json.text(value.bytes);
    case Value::Kind::integer:
      if (value.integer >= -largest_in_double && value.integer <= largest_in_double) return json.signed_number(value.integer);
      break;
    case Value::Kind::real:
    case Value::Kind::blob: break;
  }
  json.begin_object();
  if (value.kind == Value::Kind::integer) json.member("integer", value.text());
  if (value.kind == Value::Kind::real) json.key("real"), json.raw(value.text());
  if (value.kind == Value::Kind::blob) json.member("blob", to_base64(value.bytes));
  json.end_object();
}

std::optional<Value> tagged_value(const JsonValue& value) {
  if (const JsonValue* real = value.find("real")) return Value::of_real(real->number);
  if (const auto blob = value.text("blob")) {
    auto bytes = from_base64(*blob);
    return bytes ? std::optional<Value>(Value::blob(std::move(*bytes))) : std::nullopt;
  }
  const std::string number = value.text("integer").value_or("");
  const auto parsed = parse_json(number.empty() ? std::string_view("null") : std::string_view(number), "integer");
  if (!parsed.ok() || !parsed.value().root.is(JsonValue::Kind::integer)) return std::nullopt;
  return Value::of(parsed.value().root.integer);
}

std::optional<Value> value_of(const JsonValue& value) {
  switch (value.kind) {
    case JsonValue::Kind::null: return Value::null();
    case JsonValue::Kind::boolean: return Value::of(std::int64_t{value.boolean});
    case JsonValue::Kind::integer: return Value::of(value.integer);
    case JsonValue::Kind::number: return Value::of_real(value.number);
    case JsonValue::Kind::string: return Value::of(value.string);
    case JsonValue::Kind::object: return tagged_value(value);
    case JsonValue::Kind::array: break;
  }
  return std::nullopt;
}

Error no_answer(std::string why) { return {ErrorCode::malformed, {}, "the answer " + std::move(why)}; }

std::optional<Outcome> outcome_from(std::string_view name) {
  using enum Outcome;
  for (const Outcome outcome : {ok, failed, busy, outside_window, cancelled, lost, transaction_ended, unsupported, damaged, no_space}) {
    if (to_string(outcome) == name) return outcome;
  }
  return std::nullopt;
}

Problem problem_of(const JsonValue& value) {
  Problem problem;
  problem.code = value.text("code").value_or("");
  problem.message = value.text("message").value_or("");
  problem.sqlstate = value.text("sqlstate").value_or("");
  problem.hint = value.text("hint").value_or("");
  problem.context = value.text("context").value_or("");
  problem.native = value.whole("native").value_or(0);
  problem.offset = static_cast<std::uint64_t>(std::max<std::int64_t>(0, value.whole("offset").value_or(0)));
  return problem;
}

Result<db::Rows> rows_of(const JsonValue& value) {
  db::Rows rows;
  rows.affected = value.whole("affected").value_or(-1);
  if (const JsonValue* columns = value.find("columns")) {
    for (const JsonValue& column : columns->items) rows.columns.push_back(column.string);
  }
  const JsonValue* list = value.find("rows");
  if (!list) return rows;
  for (const JsonValue& item : list->items) {
    db::Row row;
    for (const JsonValue& cell : item.items) {
      auto read = value_of(cell);
      if (!read) return no_answer("has a value of no known form");
      row.push_back(std::move(*read));
    }
    rows.rows.push_back(std::move(row));
  }
  return rows;
}

void member(JsonWriter& json, std::string_view name, std::string_view text) {
  if (!text.empty()) json.member(name, text);
}

void member(JsonWriter& json, std::string_view name, std::uint64_t number) {
  if (number != 0) json.member(name, number);
}

void member_flag(JsonWriter& json, std::string_view name, bool flag) {
  if (flag) json.member_flag(name, true);
}

}  // namespace

std::string request_json(const Request& request) {
  std::string out;
  JsonWriter json(out, 0);
  json.begin_object();
  json.member("kind", to_string(request.kind));
  member(json, "name", request.name);
  member(json, "step", request.step);
  member(json, "text", request.text);
  member(json, "sql", request.sql);
  if (!request.values.empty()) {
    json.key("values");
    json.begin_array();
    for (const Value& value : request.values) write_value(json, value);
    json.end_array();
  }
  if (!request.changes.empty()) {
    json.list("changes", request.changes, [&](const StoreChange& change) {
      json.member("key", change.key);
      member_flag(json, "removal", change.is_removal);
      member(json, "content", change.content);
      member(json, "entry", change.backup_entry);
    });
  }
  if (!request.steps.empty()) json.texts("steps", request.steps);
  if (!request.tables.empty()) json.texts("tables", request.tables);
  member(json, "done", request.done);
  member(json, "total", request.total);
  member(json, "timeout_ms", std::uint64_t{request.timeout_ms});
  member_flag(json, "durable", request.durable);
  member_flag(json, "outside", request.is_outside_transaction);
  member_flag(json, "capture", request.capture);
  json.end_object();
  return out;
}

Result<Answer> answer_from_json(std::string_view text) {
  JsonOptions options;
  options.max_values = max_values_in_answer;
  const auto document = parse_json(text, "answer", options);
  if (!document.ok()) return document.error();
  const JsonValue& root = document.value().root;
  Answer answer;
  const auto outcome = outcome_from(root.text("outcome").value_or(""));
  if (!outcome) return no_answer("has no outcome that is known");
  answer.outcome = *outcome;
  if (const JsonValue* problem = root.find("problem")) answer.problem = problem_of(*problem);
  if (const JsonValue* rows = root.find("rows"); rows && rows->is(JsonValue::Kind::object)) {
    auto read = rows_of(*rows);
    if (!read.ok()) return read.error();
    answer.rows = std::move(read.value());
  }
  answer.document = root.text("document").value_or("");
  return answer;
}

}  // namespace backstay::apply
