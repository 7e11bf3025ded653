// The tables in the target that say which changes happened, written in the same transaction as the change.
// They exist only while an operation is open.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/apply/database.hpp"

namespace backstay::apply::witness {

// One row, 1, when the tables are there.
std::string exist(db::Engine engine);
std::string create(db::Engine engine);
// $1 op_id, $2 environment_id, $3 state_dir_id, $4 started_at, $5 host, $6 user.
std::string insert_operation(db::Engine engine);
// `rows` rows of six values: op_id, step_id, seq, digest, applied_at, undo (JSON).
std::string insert_steps(db::Engine engine, std::size_t rows);
inline constexpr std::size_t step_columns = 6, max_rows_per_insert = 100;
// The step_id of the row that the last transaction of an operation writes: with it everything happened. The
// others write one named "=" and the number of their first step.
inline constexpr std::string_view everything = "*";
// One number. $1 op_id, $2 step_id.
std::string count_step(db::Engine engine);
// $1 op_id. Columns: step_id, seq, digest, undo; last step first.
std::string select_steps(db::Engine engine);
// $1 state_dir_id. Columns: op_id, state_dir_id, started_at, host, user: open operations of other state directories.
std::string select_foreign(db::Engine engine);
// $1 op_id.
std::string delete_steps(db::Engine engine);
std::string delete_operation(db::Engine engine);
// One number: rows that are left in both tables.
std::string count_rows(db::Engine engine);
// Statements without parameters.
std::string drop(db::Engine engine);

}  // namespace backstay::apply::witness
