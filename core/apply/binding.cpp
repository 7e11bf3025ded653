#include "core/apply/binding.hpp"

#include <map>

#include "core/base/json.hpp"

namespace backstay::apply {
namespace {

constexpr std::string_view lookup_type = "b295071f-7ea9-4e62-8d1a-919bf3732ff2";

struct Column {
  std::string name;  // quoted
  bool is_key = false, is_forced = false, is_lookup = false;
};

Error bad(std::string message) { return {ErrorCode::malformed, {}, std::move(message)}; }

std::string literal(const JsonValue& value, const Column& column, db::Engine engine) {
  switch (value.kind) {
    case JsonValue::Kind::null: return "NULL";
    case JsonValue::Kind::boolean:
      if (engine == db::Engine::sqlite) return value.boolean ? "1" : "0";
      return value.boolean ? "true" : "false";
    case JsonValue::Kind::integer: return std::to_string(value.integer);
    case JsonValue::Kind::number: return db::Value::of_real(value.number).text();
    case JsonValue::Kind::string:
      // A lookup without a row is written as a word.
      if (column.is_lookup && (value.string == "null" || value.string.empty())) return "NULL";
      return db::quoted_text(engine, value.string).value_or("NULL");
    default: return "NULL";
  }
}

Result<std::map<std::string, Column>> columns_of(const JsonValue& list, db::Engine engine) {
  std::map<std::string, Column> columns;
  bool has_key = false;
  for (const JsonValue& item : list.items) {
    Column column;
    const auto name = db::quoted_identifier(engine, item.text("ColumnName").value_or(""));
    if (!name) return bad("a column of the binding has no usable name");
    column.name = *name;
    column.is_key = item.flag("IsKey").value_or(false);
    column.is_forced = item.flag("IsForceUpdate").value_or(false);
    column.is_lookup = item.text("DataTypeValueUId").value_or("") == lookup_type;
    has_key |= column.is_key;
    columns[item.text("ColumnUId").value_or("")] = std::move(column);
  }
  if (!has_key) return bad("no column of the binding identifies its rows");
  return columns;
}

struct Written {
  std::string names, values, condition, forced;
};

void append(std::string& list, std::string_view separator, const std::string& item) {
  if (!list.empty()) list += separator;
  list += item;
}

Result<Written> write_row(const JsonValue& row, const std::map<std::string, Column>& columns, db::Engine engine) {
  Written out;
  for (const JsonValue& cell : row.items) {
    const auto column = columns.find(cell.text("SchemaColumnUId").value_or(""));
    if (column == columns.end()) continue;  // a column that the binding does not carry any more
    const JsonValue* value = cell.find("Value");
    const std::string text = value ? literal(*value, column->second, engine) : "NULL";
    append(out.names, ", ", column->second.name);
    append(out.values, ", ", text);
    if (column->second.is_key) append(out.condition, " AND ", column->second.name + (text == "NULL" ? " IS NULL" : " = " + text));
    else if (column->second.is_forced) append(out.forced, ", ", column->second.name + " = " + text);
  }
  if (out.condition.empty()) return bad("a row of the binding has no key");
  return out;
}

}  // namespace

Result<std::string> binding_statements(std::string_view descriptor_text, std::string_view data_text, std::optional<int> install_type, db::Engine engine) {
  JsonOptions lenient;
  lenient.lenient = true;
  const auto descriptor = parse_json(descriptor_text, "descriptor.json", lenient);
  if (!descriptor.ok()) return descriptor.error();
  if (data_text.empty()) return std::string();
  const auto data = parse_json(data_text, "data.json", lenient);
  if (!data.ok()) return data.error();
  const JsonValue* root = descriptor.value().root.find("Descriptor");
  const JsonValue* schema = root ? root->find("Schema") : nullptr;
  const JsonValue* list = root ? root->find("Columns") : nullptr;
  const auto table = db::quoted_identifier(engine, schema ? schema->text("Name").value_or("") : "");
  if (!table || !list) return bad("the binding names no table");
  auto columns = columns_of(*list, engine);
  if (!columns.ok()) return columns.error();
  std::string sql;
  const JsonValue* rows = data.value().root.find("PackageData");
  if (!rows) return sql;
  for (const JsonValue& item : rows->items) {
    const JsonValue* row = item.find("Row");
    if (!row) continue;
    auto written = write_row(*row, columns.value(), engine);
    if (!written.ok()) return written.error();
    const Written& w = written.value();
    if (!w.forced.empty()) sql += "UPDATE " + *table + " SET " + w.forced + " WHERE " + w.condition + ";\n";
    if (install_type == 1) continue;
    // Both servers give the values of such a SELECT the types of the columns.
    sql += "INSERT INTO " + *table + " (" + w.names + ") SELECT " + w.values + " WHERE NOT EXISTS (SELECT 1 FROM " + *table + " WHERE " +
           w.condition + ");\n";
  }
  return sql;
}

}  // namespace backstay::apply
