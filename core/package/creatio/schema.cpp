#include "core/package/creatio/schema.hpp"

namespace backstay::creatio {
namespace {

constexpr std::string_view object_manager = "EntitySchemaManager";

// By the first character behind a byte order mark: JSON opens a brace, the line form starts with one
// of its four marks.
Schema::MetadataForm recognise_metadata(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return Schema::MetadataForm::none;
  if (text[first] == '{') return Schema::MetadataForm::json;
  return std::string_view("=+-~").find(text[first]) != std::string_view::npos ? Schema::MetadataForm::lines : Schema::MetadataForm::none;
}

void read_columns(const PackageFile& file, Schema& schema, Reading& reading) {
  auto loaded = load_json(file, reading);
  if (!loaded.ok()) return reading.report("package/unreadable-element", loaded.error());
  const JsonValue* metadata = loaded.value().root().find("MetaData");
  const JsonValue* object = metadata ? metadata->find("Schema") : nullptr;
  const JsonValue* columns = object ? object->find("D2") : nullptr;
  if (!columns) return;
  schema.columns.reserve(columns->items.size());
  for (const JsonValue& column : columns->items) {
    schema.columns.push_back({.id = guid_in(column, "UId"),
                              .name = column.text("A2").value_or(""),
                              .type_id = guid_in(column, "S2"),
                              .lookup_id = guid_in(column, "S4")});
  }
}

void read_metadata(const PackageFile& file, Schema& schema, Reading& reading) {
  std::string storage;
  auto text = load(file, reading, storage);
  if (!text.ok()) return reading.report("package/unreadable-element", text.error());
  schema.form = recognise_metadata(text.value());
  PackageCounts& counts = reading.package.counts;
  counts.metadata_json += schema.form == Schema::MetadataForm::json;
  counts.metadata_lines += schema.form == Schema::MetadataForm::lines;
  if (schema.form == Schema::MetadataForm::none && file.size > 0) {
    reading.report("package/unknown-metadata", Severity::warning, "metadata.json of schema " + schema.name + " has neither of the two known forms", file, text.value(), 0);
  }
  // Only objects own tables; the metadata of processes and pages are large and say nothing we check.
  if (schema.form == Schema::MetadataForm::json && schema.manager == object_manager) read_columns(file, schema, reading);
}

}  // namespace

void read_schema(const SchemaFiles& files, Reading& reading) {
  Package& package = reading.package;
  Schema schema;
  schema.name = files.folder;
  if (!files.descriptor) {
    const PackageFile* any = files.metadata;
    if (any) {
      reading.report("package/element-without-descriptor", Severity::warning, "schema " + schema.name + " has no descriptor.json: the platform does not load it", *any);
    }
    return;
  }
  ++package.counts.schemas;
  schema.at = {.file = reading.files.name(*files.descriptor), .line = 1, .column = 1};
  auto loaded = load_json(*files.descriptor, reading);
  if (!loaded.ok()) {
    reading.report("package/unreadable-element", loaded.error());
  } else if (const JsonValue* descriptor = loaded.value().root().find("Descriptor")) {
    schema.name = descriptor->text("Name").value_or(schema.name);
    schema.id = guid_in(*descriptor, "UId");
    schema.modified_ms = date_in(*descriptor, "ModifiedOnUtc");
    schema.manager = descriptor->text("ManagerName").value_or("");
    schema.extends_parent = descriptor->flag("ExtendParent").value_or(false);
    if (const JsonValue* parent = descriptor->find("Parent"); parent && parent->is(JsonValue::Kind::object)) {
      schema.parent = ElementReference{.id = guid_in(*parent, "UId"), .name = parent->text("Name").value_or(""), .at = schema.at};
    }
  } else {
    reading.report("package/unreadable-element", Severity::error, "descriptor of schema " + schema.name + " has no \"Descriptor\" object", *files.descriptor, loaded.value().text(), 0);
  }
  ++package.counts.schemas_by_manager[schema.manager.empty() ? "absent" : schema.manager];
  if (files.metadata) read_metadata(*files.metadata, schema, reading);
  package.schemas.push_back(std::move(schema));
}

}  // namespace backstay::creatio
