#include "core/package/creatio/binding_rows.hpp"

#include <unordered_map>

#include "core/base/ascii.hpp"
#include "core/base/json.hpp"
#include "core/package/creatio/package_files.hpp"

namespace backstay::creatio {
namespace {

// The one column that old descriptors need not name: every object has it.
constexpr std::string_view id_column = "ae0e45ca-c495-4fe7-a39d-3ab7278e1617";
constexpr std::string_view guid_types[] = {"23018567-a13c-4320-8687-fd6f9e3699bd", "b295071f-7ea9-4e62-8d1a-919bf3732ff2"};  // Guid, Lookup

Result<JsonDocument> parse(std::string_view text, std::string_view file, const Limits& limits) {
  return parse_json(text, file, {.max_depth = limits.max_json_depth, .lenient = true});
}

BindingColumn column_of(const JsonValue& item) {
  BindingColumn column;
  column.id = guid_in(item, "ColumnUId");
  column.name = item.text("ColumnName").value_or("");
  if (column.name.empty() && column.id == id_column) column.name = "Id";
  column.type_id = guid_in(item, "DataTypeValueUId");
  column.is_key = item.flag("IsKey").value_or(false);
  column.is_forced = item.flag("IsForceUpdate").value_or(false);
  return column;
}

// The number as it stands in the file: a double would lose digits of money and long numbers.
std::string number_text(std::string_view text, std::size_t offset) {
  std::size_t end = offset;
  while (end < text.size() && std::string_view("+-0123456789.eE").find(text[end]) != std::string_view::npos) ++end;
  return std::string(text.substr(offset, end - offset));
}

BindingValue value_of(const JsonValue* value, const BindingColumn& column, std::string_view text) {
  BindingValue made;
  if (!value) return made;
  switch (value->kind) {
    case JsonValue::Kind::null: made.kind = BindingValue::Kind::null; break;
    case JsonValue::Kind::boolean:
      made.kind = BindingValue::Kind::boolean;
      made.boolean = value->boolean;
      break;
    case JsonValue::Kind::integer:
    case JsonValue::Kind::number:
      made.kind = BindingValue::Kind::number;
      made.text = number_text(text, value->offset);
      break;
    case JsonValue::Kind::string: {
      made.kind = BindingValue::Kind::text;
      made.text = value->string;
      bool is_id = column.type_id.empty();
      for (const std::string_view type : guid_types) is_id = is_id || column.type_id == type;
      if (made.text == "null" && is_id) made = {.kind = BindingValue::Kind::null, .boolean = false, .text = {}};
      break;
    }
    case JsonValue::Kind::array:
    case JsonValue::Kind::object: break;
  }
  return made;
}

Result<std::vector<std::vector<BindingValue>>> rows_of(std::string_view text, const std::string& file, const std::vector<BindingColumn>& columns,
                                                       const Limits& limits) {
  std::vector<std::vector<BindingValue>> rows;
  if (trimmed(text).empty()) return rows;
  auto parsed = parse(text, file, limits);
  if (!parsed.ok()) return parsed.error();
  const JsonValue* list = parsed.value().root.find("PackageData");
  if (!list || !list->is(JsonValue::Kind::array)) return Error{ErrorCode::malformed, place_in(text, file, 0), "no \"PackageData\" list"};
  std::unordered_map<std::string_view, std::size_t> index;
  for (std::size_t i = 0; i < columns.size(); ++i) index.try_emplace(columns[i].id, i);
  for (const JsonValue& item : list->items) {
    std::vector<BindingValue>& row = rows.emplace_back(columns.size());
    const JsonValue* cells = item.find("Row");
    if (!cells || !cells->is(JsonValue::Kind::array)) return Error{ErrorCode::malformed, place_in(text, file, item.offset), "a row without \"Row\""};
    for (const JsonValue& cell : cells->items) {
      const auto found = index.find(guid_in(cell, "SchemaColumnUId"));
      if (found != index.end()) row[found->second] = value_of(cell.find("Value"), columns[found->second], text);
    }
  }
  return rows;
}

}  // namespace

Result<BindingRows> read_binding_rows(std::string_view descriptor, std::string_view data,
                                      const std::vector<std::pair<std::string, std::string_view>>& localizations, const Limits& limits) {
  const std::string file = "descriptor.json";
  auto parsed = parse(descriptor, file, limits);
  if (!parsed.ok()) return parsed.error();
  const JsonValue* root = parsed.value().root.find("Descriptor");
  if (!root || !root->is(JsonValue::Kind::object)) return Error{ErrorCode::malformed, place_in(descriptor, file, 0), "no \"Descriptor\" object"};
  BindingRows made;
  made.name = root->text("Name").value_or("");
  made.install_type = code_in(*root, "InstallType").value_or(0);
  if (const JsonValue* schema = root->find("Schema")) made.table = schema->text("Name").value_or("");
  if (const JsonValue* columns = root->find("Columns")) {
    for (const JsonValue& column : columns->items) made.columns.push_back(column_of(column));
  }
  auto rows = rows_of(data, "data.json", made.columns, limits);
  if (!rows.ok()) return rows.error();
  made.rows = std::move(rows.value());
  for (const auto& [culture, text] : localizations) {
    auto translated = rows_of(text, "data." + culture + ".json", made.columns, limits);
    if (!translated.ok()) return translated.error();
    made.localizations.push_back({culture, std::move(translated.value())});
  }
  return made;
}

}  // namespace backstay::creatio
