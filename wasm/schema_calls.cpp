#include "wasm/schema_calls.hpp"

#include "core/base/json.hpp"
#include "core/report/json_writer.hpp"
#include "core/schema/difference.hpp"
#include "core/schema/snapshot.hpp"
#include "wasm/host_source.hpp"

namespace backstay::wasm {
namespace {

db::Rows rows_of(const JsonValue& list) {
  db::Rows rows;
  for (const JsonValue& item : list.items) {
    db::Row row;
    for (const JsonValue& value : item.items) {
      row.push_back(value.is(JsonValue::Kind::string)    ? db::Value::of(value.string)
                    : value.is(JsonValue::Kind::integer) ? db::Value::of(value.integer)
                                                         : db::Value::null());
    }
    rows.rows.push_back(std::move(row));
  }
  return rows;
}

std::string queries(const std::vector<std::string>& list) {
  std::string out;
  report::JsonWriter json(out, 0);
  json.begin_object();
  json.texts("queries", list);
  json.end_object();
  return out;
}

bool is_list(const JsonValue* value) { return value && value->is(JsonValue::Kind::array); }

std::string_view to_text(schema::Difference::Kind kind) {
  switch (kind) {
    case schema::Difference::Kind::added: return "added";
    case schema::Difference::Kind::removed: return "removed";
    case schema::Difference::Kind::changed: break;
  }
  return "changed";
}

}  // namespace

Result<std::string> snapshot_answer(std::string_view request) {
  const Result<JsonDocument> document = parse_json(request, "request");
  if (!document.ok()) return document.error();
  const JsonValue& root = document.value().root;
  const JsonValue* catalogue = root.find("catalogue");
  if (!is_list(catalogue)) return queries({std::string(schema::catalogue_query(db::Engine::postgresql))});
  schema::Snapshot snapshot = schema::read_catalogue(rows_of(*catalogue), db::Engine::postgresql, root.text("product").value_or(""), sha256_hex);
  const JsonValue* data = root.find("data");
  if (!is_list(data)) return queries(schema::data_queries(snapshot));
  for (const JsonValue& rows : data->items) schema::add_data(snapshot, rows_of(rows));
  schema::finish_data(snapshot, sha256_hex);
  std::string out;
  report::JsonWriter json(out, 0);
  json.begin_object();
  json.member("snapshot", schema::snapshot_json(snapshot));
  json.end_object();
  return out;
}

Result<std::string> difference_answer(std::string_view request) {
  const Result<JsonDocument> document = parse_json(request, "request");
  if (!document.ok()) return document.error();
  const JsonValue& root = document.value().root;
  const Result<schema::Snapshot> before = schema::parse_snapshot(root.text("before").value_or(""), "before");
  if (!before.ok()) return before.error();
  const Result<schema::Snapshot> after = schema::parse_snapshot(root.text("after").value_or(""), "after");
  if (!after.ok()) return after.error();
  std::string out;
  report::JsonWriter json(out, 0);
  json.begin_array();
  for (const schema::Difference& one : schema::differences(before.value(), after.value())) {
    json.begin_object();
    json.member("kind", to_text(one.kind));
    json.member("object_kind", one.object_kind);
    json.member("object", one.object);
    json.member_or_null("what", one.what);
    json.member_or_null("name", one.name);
    json.member_or_null("before", one.before);
    json.member_or_null("after", one.after);
    json.member("sentence", schema::sentence(one));
    json.end_object();
  }
  json.end_array();
  return out;
}

}  // namespace backstay::wasm
