#include "core/schema/snapshot.hpp"

#include <tuple>
#include <utility>

#include "core/base/json.hpp"
#include "core/base/sorting.hpp"
#include "core/report/json_writer.hpp"
#include "core/schema/sql_text.hpp"

namespace backstay::schema {

namespace {

constexpr std::string_view document_name = "backstay.snapshot/1";
constexpr std::size_t tables_at_once = 40;  // in one data query: few round trips, and no statement without end

bool before(const Part& a, const Part& b) {
  return std::tie(a.what, a.name, a.definition) < std::tie(b.what, b.name, b.definition);
}

bool object_before(const Object& a, const Object& b) { return std::tie(a.kind, a.name) < std::tie(b.kind, b.name); }

void write_object(report::JsonWriter& json, const Object& object, bool with_digest) {
  json.member("kind", object.kind);
  json.member("name", object.name);
  if (with_digest) json.member("sha256", object.digest);
  json.list("parts", object.parts, [&](const Part& part) {
    json.member("what", part.what);
    if (!part.name.empty()) json.member("name", part.name);
    json.member("definition", part.definition);
  });
}

std::string canonical(const Object& object) {
  std::string text;
  report::JsonWriter json(text, 0);
  json.begin_object();
  write_object(json, object, false);
  json.end_object();
  return text;
}

void set_schema_digest(Snapshot& snapshot, const apply::DigestFunction& digest) {
  std::string all;
  for (Object& object : snapshot.objects) {
    if (digest) object.digest = digest(canonical(object));
    all += object.digest;
    all += '\n';
  }
  if (digest) snapshot.schema_digest = digest(all);
}

// SQLite keeps what was written. Indexes and triggers too: their text stands in parts of their table.
bool kept_as_written(const Part& part) { return part.what == "sql" || part.what == "index" || part.what == "trigger"; }

}  // namespace

Snapshot read_catalogue(const db::Rows& rows, db::Engine engine, std::string product, const apply::DigestFunction& digest) {
  Snapshot snapshot;
  snapshot.engine = engine;
  snapshot.product = std::move(product);
  std::vector<std::pair<std::pair<std::string, std::string>, Part>> parts;
  for (const db::Row& row : rows.rows) {
    if (row.size() != 5) continue;
    Part part{row[2].text(), row[3].text(), row[4].text()};
    if (engine == db::Engine::sqlite && kept_as_written(part)) part.definition = even_sql(part.definition);
    parts.push_back({{row[0].text(), row[1].text()}, std::move(part)});
  }
  sort_stably(parts.begin(), parts.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : before(a.second, b.second);
  });
  for (auto& [object, part] : parts) {
    if (snapshot.objects.empty() || snapshot.objects.back().kind != object.first || snapshot.objects.back().name != object.second) {
      Object made;
      made.kind = object.first;
      made.name = object.second;
      snapshot.objects.push_back(std::move(made));
    }
    snapshot.objects.back().parts.push_back(std::move(part));
  }
  set_schema_digest(snapshot, digest);
  return snapshot;
}

namespace {

bool has_rows(const Object& object) {
  if (object.kind != "table") return false;
  for (const Part& part : object.parts) {
    // A partitioned table's rows are its partitions', a foreign one's are elsewhere; a virtual table has its own.
    if (part.what == "storage" && (part.definition.starts_with("partitioned by") || part.definition.starts_with("foreign"))) return false;
  }
  return true;
}

// Columns by name: their order is the schema's business.
std::vector<std::string> columns_of(const Object& object, db::Engine engine) {
  std::vector<std::string> columns;
  for (const Part& part : object.parts) {
    if (part.what != "column" || part.definition.ends_with(" hidden")) continue;
    if (auto quoted = db::quoted_identifier(engine, part.name)) columns.push_back(*quoted);
  }
  return columns;
}

std::string table_query(const Object& object, std::size_t number, db::Engine engine) {
  std::string list;
  for (const std::string& column : columns_of(object, engine)) {
    if (!list.empty()) list += ", ";
    list += "t." + column;
  }
  const std::string index = std::to_string(number);
  if (engine == db::Engine::postgresql) {
    // Two sums with different seeds: order does not matter, doubled rows do.
    const auto sum = [&](const char* seed) {
      return "coalesce(pg_catalog.sum(pg_catalog.hashtextextended(ROW(" + list + ")::text, " + seed + ")::numeric), 0)";
    };
    return "SELECT " + index + ", pg_catalog.count(*), pg_catalog.concat(" + sum("0") + ", ':', " + sum("1") + ") FROM ONLY " + object.name + " t";
  }
  const auto table = db::quoted_identifier(engine, object.name);
  return "SELECT " + index + ", count(*), backstay_rows_hash(" + list + ") FROM main." + table.value_or("\"\"") + " t";
}

}  // namespace

std::vector<std::string> data_queries(const Snapshot& snapshot) {
  std::vector<std::string> queries;
  std::size_t in_last = tables_at_once;
  for (std::size_t i = 0; i < snapshot.objects.size(); ++i) {
    if (!has_rows(snapshot.objects[i])) continue;
    if (in_last == tables_at_once) {
      queries.emplace_back();
      in_last = 0;
    }
    if (in_last++ != 0) queries.back() += "\nUNION ALL ";
    queries.back() += table_query(snapshot.objects[i], i, snapshot.engine);
  }
  return queries;
}

void add_data(Snapshot& snapshot, const db::Rows& rows) {
  for (const db::Row& row : rows.rows) {
    if (row.size() != 3 || row[0].integer < 0 || static_cast<std::size_t>(row[0].integer) >= snapshot.objects.size()) continue;
    TableRows data;
    data.table = snapshot.objects[static_cast<std::size_t>(row[0].integer)].name;
    data.rows = row[1].integer;
    data.hash = row[2].text();
    snapshot.data.push_back(std::move(data));
  }
}

void finish_data(Snapshot& snapshot, const apply::DigestFunction& digest) {
  sort_stably(snapshot.data.begin(), snapshot.data.end(), [](const TableRows& a, const TableRows& b) { return a.table < b.table; });
  std::string all;
  for (const TableRows& data : snapshot.data) all += data.table + "\t" + std::to_string(data.rows) + "\t" + data.hash + "\n";
  if (digest) snapshot.data_digest = digest(all);
}

std::string snapshot_json(const Snapshot& snapshot) {
  std::string text;
  report::JsonWriter json(text, 1);
  json.begin_object();
  json.member("schema", document_name);
  json.member("engine", db::to_string(snapshot.engine));
  json.member("product", snapshot.product);
  json.member("schema_sha256", snapshot.schema_digest);
  json.member_or_null("data_sha256", snapshot.data_digest);
  json.list("objects", snapshot.objects, [&](const Object& object) { write_object(json, object, true); });
  json.list("data", snapshot.data, [&](const TableRows& data) {
    json.member("table", data.table);
    json.key("rows");
    json.signed_number(data.rows);
    json.member("hash", data.hash);
  });
  json.end_object();
  text += '\n';
  return text;
}

namespace {

Object parse_object(const JsonValue& value) {
  Object object;
  object.kind = value.text("kind").value_or("");
  object.name = value.text("name").value_or("");
  object.digest = value.text("sha256").value_or("");
  const JsonValue* parts = value.find("parts");
  if (!parts) return object;
  for (const JsonValue& part : parts->items) {
    object.parts.push_back({part.text("what").value_or(""), part.text("name").value_or(""), part.text("definition").value_or("")});
  }
  return object;
}

}  // namespace

Result<Snapshot> parse_snapshot(std::string_view text, std::string_view file) {
  auto document = parse_json(text, file);
  if (!document.ok()) return document.error();
  const JsonValue& root = document.value().root;
  const auto engine = db::engine_from(root.text("engine").value_or(""));
  const JsonValue* objects = root.find("objects");
  if (root.text("schema") != document_name || !engine || !objects || !objects->is(JsonValue::Kind::array)) {
    Error error;
    error.code = ErrorCode::malformed;
    error.at.file = std::string(file);
    error.message = "expected a document \"" + std::string(document_name) + "\"";
    return error;
  }
  Snapshot snapshot;
  snapshot.engine = *engine;
  snapshot.product = root.text("product").value_or("");
  snapshot.schema_digest = root.text("schema_sha256").value_or("");
  snapshot.data_digest = root.text("data_sha256").value_or("");
  for (const JsonValue& object : objects->items) snapshot.objects.push_back(parse_object(object));
  sort_stably(snapshot.objects.begin(), snapshot.objects.end(), object_before);
  if (const JsonValue* data = root.find("data")) {
    for (const JsonValue& table : data->items) {
      snapshot.data.push_back({table.text("table").value_or(""), table.whole("rows").value_or(0), table.text("hash").value_or("")});
    }
  }
  return snapshot;
}

}  // namespace backstay::schema
