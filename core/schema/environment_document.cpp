#include "core/schema/environment_document.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/report/json_writer.hpp"

namespace backstay::schema {

namespace {

using Of = EnvironmentQuery::Of;

// "public.\"SysPackage\"" in its parts, without quotes.
struct SplitName {
  std::string schema, name;
};

SplitName split_name(std::string_view full) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (std::size_t i = 0; i < full.size(); ++i) {
    const char c = full[i];
    if (c == '"' && quoted && i + 1 < full.size() && full[i + 1] == '"') {
      parts.back() += '"';
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == '.' && !quoted) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  if (parts.size() == 1) return {"", parts[0]};
  return {parts[0], parts[1]};
}

// On SQLite names are kept as they are; a dot there is part of the name.
SplitName name_of(const Object& object, db::Engine engine) {
  return engine == db::Engine::sqlite ? SplitName{"", object.name} : split_name(object.name);
}

// "3 character varying(50) not null default ''": the type, and whether NULL is allowed.
struct ColumnText {
  std::string type;
  bool nullable = true;
};

ColumnText column_text(std::string_view definition) {
  const auto blank = definition.find(' ');
  if (blank == std::string_view::npos) return {};
  ColumnText column;
  std::string_view rest = definition.substr(blank + 1);
  column.nullable = rest.find(" not null") == std::string_view::npos;
  for (const std::string_view end : {" default ", " not null", " generated", " collate ", " key ", " hidden"}) {
    if (const auto at = rest.find(end); at != std::string_view::npos) rest = rest.substr(0, at);
  }
  column.type = std::string(rest);
  return column;
}

// PRIMARY KEY (a, "B c"): the names of the columns.
std::vector<std::string> primary_key(const Object& table) {
  constexpr std::string_view begin = "PRIMARY KEY (";
  std::vector<std::string> names;
  for (const Part& part : table.parts) {
    if (part.what != "constraint" || !std::string_view(part.definition).starts_with(begin)) continue;
    std::string name;
    bool in_quotes = false;
    for (const char c : std::string_view(part.definition).substr(begin.size())) {
      if (c == '"') in_quotes = !in_quotes;
      else if (!in_quotes && (c == ',' || c == ')')) names.push_back(std::exchange(name, {}));
      else if (in_quotes || c != ' ') name += c;
      if (!in_quotes && c == ')') break;
    }
  }
  return names;
}

const Part* column(const Object& table, std::string_view name) {
  for (const Part& part : table.parts) {
    if (part.what == "column" && part.name == name) return &part;
  }
  return nullptr;
}

std::string in_sql(const Object& table, db::Engine engine) {
  if (engine == db::Engine::postgresql) return table.name;
  return "main." + db::quoted_identifier(engine, table.name).value_or("\"\"");
}

// A query over those of the columns that are there. The first two must be.
void add_query(std::vector<EnvironmentQuery>& queries, Of of, const Object& table, db::Engine engine,
               const std::vector<std::pair<const char*, const char*>>& wanted) {
  EnvironmentQuery query;
  query.of = of;
  std::string list;
  for (const auto& [source, member] : wanted) {
    if (!column(table, source)) continue;
    const std::string quoted = *db::quoted_identifier(engine, source);
    list += (list.empty() ? "" : ", ") + (engine == db::Engine::postgresql ? quoted + "::text" : "CAST(" + quoted + " AS TEXT)");
    query.as.emplace_back(member);
  }
  if (query.as.size() < 2 || query.as[0] != wanted[0].second || query.as[1] != wanted[1].second) return;
  query.sql = "SELECT " + list + " FROM " + in_sql(table, engine) + " ORDER BY 2, 1";
  queries.push_back(std::move(query));
}

void write_rows(report::JsonWriter& json, std::string_view name, Of of, const std::vector<EnvironmentAnswer>& answers) {
  bool begun = false;
  for (const EnvironmentAnswer& answer : answers) {
    if (answer.query.of != of) continue;
    if (!begun) {
      json.key(name);
      json.begin_array();
      begun = true;
    }
    for (const db::Row& row : answer.rows.rows) {
      json.begin_object();
      for (std::size_t i = 0; i < row.size() && i < answer.query.as.size(); ++i) {
        // A date that is no RFC 3339 text says nothing to a reader; a version may be empty.
        if (!row[i].is_null() && !row[i].bytes.empty()) json.member(answer.query.as[i], row[i].text());
      }
      json.end_object();
    }
  }
  if (begun) json.end_array();
}

}  // namespace

std::vector<EnvironmentQuery> environment_queries(const Snapshot& snapshot) {
  std::vector<EnvironmentQuery> queries;
  const Object* asap = nullptr;
  bool has_origam = false;
  for (const Object& object : snapshot.objects) {
    if (object.kind != "table") continue;
    const std::string name = name_of(object, snapshot.engine).name;
    if (name == "SysPackage") {
      add_query(queries, Of::packages, object, snapshot.engine, {{"Name", "name"}, {"UId", "id"}, {"Version", "version"}, {"Maintainer", "maintainer"}});
    } else if (name == "OrigamModelVersion") {
      add_query(queries, Of::origam_versions, object, snapshot.engine, {{"refSchemaExtensionId", "id"}, {"Version", "version"}});
      has_origam = true;
    } else if (name == "AsapModelVersion") {
      asap = &object;
    }
  }
  if (!has_origam && asap) add_query(queries, Of::origam_versions, *asap, snapshot.engine, {{"refSchemaExtensionId", "id"}, {"Version", "version"}});
  return queries;
}

std::string environment_json(const Snapshot& snapshot, const std::vector<EnvironmentAnswer>& answers) {
  std::string text;
  report::JsonWriter json(text);
  json.begin_object();
  json.member("schema", "backstay.environment/1");
  json.key("database");
  json.begin_object();
  json.member("engine", db::to_string(snapshot.engine));
  json.member("version", snapshot.product.substr(snapshot.product.rfind(' ') + 1));
  json.member("schema_sha256", snapshot.schema_digest);
  if (!snapshot.data_digest.empty()) json.member("data_sha256", snapshot.data_digest);
  json.end_object();
  write_rows(json, "packages", Of::packages, answers);
  write_rows(json, "origam_versions", Of::origam_versions, answers);
  json.key("tables");
  json.begin_array();
  for (const Object& object : snapshot.objects) {
    if (object.kind != "table") continue;
    const SplitName name = name_of(object, snapshot.engine);
    json.begin_object();
    json.member("name", name.name);
    if (!name.schema.empty()) json.member("schema", name.schema);
    const auto data = std::find_if(snapshot.data.begin(), snapshot.data.end(), [&](const TableRows& rows) { return rows.table == object.name; });
    if (data != snapshot.data.end()) json.member("rows", static_cast<std::uint64_t>(data->rows));
    std::vector<Part> columns;
    for (const Part& part : object.parts) {
      if (part.what == "column") columns.push_back(part);
    }
    json.list("columns", columns, [&](const Part& part) {
      const ColumnText column = column_text(part.definition);
      json.member("name", part.name);
      json.member("type", column.type);
      json.member_flag("nullable", column.nullable);
    });
    if (const std::vector<std::string> key = primary_key(object); !key.empty()) json.texts("primary_key", key);
    json.end_object();
  }
  json.end_array();
  json.key("views");
  json.begin_array();
  for (const Object& object : snapshot.objects) {
    if (object.kind != "view") continue;
    const SplitName name = name_of(object, snapshot.engine);
    json.begin_object();
    json.member("name", name.name);
    if (!name.schema.empty()) json.member("schema", name.schema);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  text += '\n';
  return text;
}

}  // namespace backstay::schema
