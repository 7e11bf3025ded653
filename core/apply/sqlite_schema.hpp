// What takes back the schema changes of a transaction on SQLite: its catalogue before and after are compared, so
// that it does not matter how a script made them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/apply/database.hpp"

namespace backstay::apply {

// type, name, table, sql, columns (joined by U+001F); without what is SQLite's or ours.
extern const std::string_view sqlite_objects_query;

struct SchemaUndo {
  std::string before_rows;  // run before captured rows go back: new triggers and views would see them, dropped tables take them
  std::string after_rows;   // run behind that
  std::vector<std::string> not_covered;  // one sentence each; then only a full copy helps
  bool is_empty() const { return before_rows.empty() && after_rows.empty() && not_covered.empty(); }
};

SchemaUndo sqlite_schema_undo(const db::Rows& before, const db::Rows& after);

}  // namespace backstay::apply
