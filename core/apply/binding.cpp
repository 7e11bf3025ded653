#include "core/apply/binding.hpp"

#include "core/package/creatio/binding_rows.hpp"

namespace backstay::apply {
namespace {

using creatio::BindingColumn;
using creatio::BindingRows;
using creatio::BindingValue;

Error bad(std::string message) { return {ErrorCode::malformed, {}, std::move(message)}; }

std::string literal(const BindingValue& value, db::Engine engine) {
  switch (value.kind) {
    case BindingValue::Kind::absent:
    case BindingValue::Kind::null: return "NULL";
    case BindingValue::Kind::boolean:
      if (engine == db::Engine::sqlite) return value.boolean ? "1" : "0";
      return value.boolean ? "true" : "false";
    case BindingValue::Kind::number: return value.text;
    case BindingValue::Kind::text: return db::quoted_text(engine, value.text).value_or("NULL");
  }
  return "NULL";
}

struct Written {
  std::string names, values, condition, forced;
};

void append(std::string& list, std::string_view separator, const std::string& item) {
  if (!list.empty()) list += separator;
  list += item;
}

Result<std::vector<std::string>> quoted_names(const std::vector<BindingColumn>& columns, db::Engine engine) {
  std::vector<std::string> names;
  bool has_key = false;
  for (const BindingColumn& column : columns) {
    const auto name = db::quoted_identifier(engine, column.name);
    if (!name) return bad("a column of the binding has no usable name");
    names.push_back(*name);
    has_key |= column.is_key;
  }
  if (!has_key) return bad("no column of the binding identifies its rows");
  return names;
}

bool is_same(const BindingValue& a, const BindingValue& b) { return a.kind == b.kind && a.boolean == b.boolean && a.text == b.text; }

// The texts of the culture that the table itself holds: English where there is one. What other cultures say lies in
// tables of the platform's own, which it fills when it loads the package.
const BindingRows::Localization* own_culture(const BindingRows& binding) {
  for (const BindingRows::Localization& one : binding.localizations) {
    if (one.culture == "en-US") return &one;
  }
  return binding.localizations.empty() ? nullptr : &binding.localizations.front();
}

// A localized column may stand in the translation only.
void fill_in(BindingRows& binding) {
  const BindingRows::Localization* texts = own_culture(binding);
  if (!texts) return;
  for (auto& row : binding.rows) {
    for (const auto& translated : texts->rows) {
      bool is_of_row = true;
      for (std::size_t i = 0; i < binding.columns.size() && is_of_row; ++i) is_of_row = !binding.columns[i].is_key || is_same(row[i], translated[i]);
      if (!is_of_row) continue;
      for (std::size_t i = 0; i < binding.columns.size(); ++i) {
        if (row[i].kind == BindingValue::Kind::absent) row[i] = translated[i];
      }
      break;
    }
  }
}

Result<Written> write_row(const std::vector<BindingValue>& row, const BindingRows& binding, const std::vector<std::string>& names, db::Engine engine) {
  Written out;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i].kind == BindingValue::Kind::absent) continue;
    const std::string text = literal(row[i], engine);
    append(out.names, ", ", names[i]);
    append(out.values, ", ", text);
    if (binding.columns[i].is_key) append(out.condition, " AND ", names[i] + (text == "NULL" ? " IS NULL" : " = " + text));
    else if (binding.columns[i].is_forced) append(out.forced, ", ", names[i] + " = " + text);
  }
  if (out.condition.empty()) return bad("a row of the binding has no key");
  return out;
}

}  // namespace

Result<std::string> binding_statements(const BindingFiles& files, std::optional<int> install_type, db::Engine engine) {
  auto read = creatio::read_binding_rows(files.descriptor, files.data, files.localizations);
  if (!read.ok()) return read.error();
  BindingRows& binding = read.value();
  const auto table = db::quoted_identifier(engine, binding.table);
  if (!table || binding.columns.empty()) return bad("the binding names no table");
  std::string sql;
  if (binding.rows.empty()) return sql;
  const auto names = quoted_names(binding.columns, engine);
  if (!names.ok()) return names.error();
  fill_in(binding);
  for (const auto& row : binding.rows) {
    auto written = write_row(row, binding, names.value(), engine);
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
