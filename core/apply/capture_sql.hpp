// The table of captured rows on SQLite, as SQL. (On PostgreSQL captures are the scripts of core/rollback.)
// One line per changed row; the values' form is capture_format.md.
#pragma once

#include <string_view>

namespace backstay::apply::capture {

// Made by the driver when the first row is captured.
inline constexpr std::string_view table = "main.\"backstay_cap\"";
inline constexpr std::string_view create =
    "CREATE TABLE IF NOT EXISTS main.\"backstay_cap\"(seq INTEGER PRIMARY KEY, op_id TEXT NOT NULL, step_id TEXT NOT NULL, tab TEXT NOT NULL, "
    "op TEXT NOT NULL, key TEXT NOT NULL, \"before\" TEXT, \"after\" TEXT)";
// One number: 1 when the table is there.
inline constexpr std::string_view exist = "SELECT count(*) FROM main.sqlite_schema WHERE type = 'table' AND name = 'backstay_cap'";

// What goes out into a backup and comes back in: the columns in this order; ?1 op_id.
inline constexpr std::string_view columns = "op_id, step_id, tab, op, key, \"before\", \"after\"";
inline constexpr std::string_view select =
    "SELECT op_id, step_id, tab, op, key, \"before\", \"after\" FROM main.\"backstay_cap\" WHERE op_id = ?1 ORDER BY seq";
inline constexpr std::string_view tables = "SELECT DISTINCT tab FROM main.\"backstay_cap\" WHERE op_id = ?1 ORDER BY tab";
inline constexpr std::string_view count = "SELECT count(*) FROM main.\"backstay_cap\" WHERE op_id = ?1";
inline constexpr std::string_view drop = "DROP TABLE IF EXISTS main.\"backstay_cap\"";

}  // namespace backstay::apply::capture
