#include "core/package/creatio/data_binding.hpp"

#include "core/base/json_count.hpp"

namespace backstay::creatio {
namespace {

constexpr int installation = 0, update_existing = 1, last_known = 3;

// Only the number of rows matters to any check: values are not kept.
std::size_t count_rows(const PackageFile& file, const std::string& binding, Reading& reading) {
  std::string storage;
  auto text = load(file, reading, storage);
  if (!text.ok()) {
    reading.report("package/unreadable-element", text.error());
    return 0;
  }
  if (text.value().empty()) {
    reading.report("package/empty-data", Severity::info, "data.json of binding " + binding + " is empty: it brings no rows", file);
    reading.package.odd.push_back(std::string(file.path) + " is empty");
    return 0;
  }
  auto counted = count_json_items(text.value(), reading.files.name(file), "PackageData", reading.limits.max_json_depth);
  if (!counted.ok()) {
    reading.report("package/unreadable-element", counted.error());
    return 0;
  }
  return counted.value();
}

void read_columns(const JsonValue& list, DataBinding& binding) {
  for (const JsonValue& column : list.items) {
    ++binding.columns;
    binding.key_columns += column.flag("IsKey").value_or(false);
    binding.force_update_columns += column.flag("IsForceUpdate").value_or(false);
  }
}

void check_install_type(const DataBinding& binding, const JsonValue& descriptor, const PackageFile& file, std::string_view text, Reading& reading) {
  const JsonValue* value = descriptor.find("InstallType");
  if (!value || !binding.install_type) return;
  if (*binding.install_type == update_existing) {
    reading.report("package/deprecated-data-install-type", Severity::info,
                   "binding " + binding.name + " has InstallType 1 (update existing), which the vendor has deprecated", file, text, value->offset);
  } else if (*binding.install_type < installation || *binding.install_type > last_known) {
    reading.report("package/unknown-data-install-type", Severity::warning,
                   "binding " + binding.name + " has InstallType " + std::to_string(*binding.install_type) + "; known are 0 to 3", file, text, value->offset);
  }
}

void read_binding_descriptor(const PackageFile& file, DataBinding& binding, Reading& reading) {
  auto loaded = load_json(file, reading);
  if (!loaded.ok()) return reading.report("package/unreadable-element", loaded.error());
  const std::string_view text = loaded.value().text();
  const JsonValue* descriptor = loaded.value().root().find("Descriptor");
  if (!descriptor || !descriptor->is(JsonValue::Kind::object)) {
    return reading.report("package/unreadable-element", Severity::error, "descriptor of binding " + binding.name + " has no \"Descriptor\" object", file, text, 0);
  }
  binding.name = descriptor->text("Name").value_or(binding.name);
  binding.id = guid_in(*descriptor, "UId");
  binding.modified_ms = date_in(*descriptor, "ModifiedOnUtc");
  binding.install_type = code_in(*descriptor, "InstallType");
  if (const JsonValue* schema = descriptor->find("Schema")) {
    binding.schema_name = schema->text("Name").value_or("");
    binding.schema_id = guid_in(*schema, "UId");
  }
  const JsonValue* columns = descriptor->find("Columns");
  if (columns) read_columns(*columns, binding);
  check_install_type(binding, *descriptor, file, text, reading);
  if (binding.columns > 0 && binding.key_columns == 0) {
    reading.report("package/binding-without-key", Severity::warning,
                   "binding " + binding.name + " has no key column: its rows cannot be told apart and arrive again with every install", file, text, columns->offset,
                   "mark the column that identifies a row, normally Id, with \"IsKey\": true");
  }
}

}  // namespace

void read_binding(const BindingFiles& files, Reading& reading) {
  DataBinding binding;
  binding.name = files.folder;
  const PackageFile* place = files.descriptor ? files.descriptor : files.data;
  if (!place) return;
  if (!files.descriptor) {
    return reading.report("package/element-without-descriptor", Severity::warning, "data binding " + binding.name + " has no descriptor.json: the platform does not load it", *place);
  }
  Package& package = reading.package;
  binding.at = {.file = reading.files.name(*files.descriptor), .line = 1, .column = 1};
  read_binding_descriptor(*files.descriptor, binding, reading);
  if (files.data) {
    binding.rows = count_rows(*files.data, binding.name, reading);
  } else {
    reading.report("package/binding-without-data", Severity::info, "binding " + binding.name + " has no data.json: it brings no rows", *files.descriptor);
  }
  binding.localizations = files.localizations;
  ++package.counts.data_bindings;
  ++package.counts.data_by_install_type[binding.install_type ? std::to_string(*binding.install_type) : "absent"];
  package.counts.data_rows += binding.rows;
  package.counts.data_localizations += binding.localizations;
  package.data_bindings.push_back(std::move(binding));
}

}  // namespace backstay::creatio
