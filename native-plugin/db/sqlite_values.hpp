// Values between SQLite and db::Value, and the text form that captured rows keep.
#pragma once

#include <sqlite3.h>

#include <string>

#include "core/apply/database.hpp"

namespace backstay::db {

Value value_of(sqlite3_value* value);
int bind_value(sqlite3_stmt* statement, int index, const Value& value);

// Appends the JSON form of a captured value: null, or a string that begins with its type (capture_format.md):
// "i5", "r1.5", "ttext", "x00FF", and "hHEX" for text that JSON cannot hold as it is.
void append_captured(std::string& json, sqlite3_value* value);

// SQL functions of ours: backstay_encode(value) gives that string (or NULL). backstay_raw(json, column) gives the string
// of a column in a captured row, backstay_get(json, column) its value; both NULL where it is null or absent.
// backstay_key(name, value, ...) spells a key as captures do. Aggregates: backstay_changed_columns(before, after) names the
// columns that differ in any row, with U+001F between; backstay_rows_hash(values...) is a hash of all rows in any order.
int add_functions(sqlite3* db);

}  // namespace backstay::db
