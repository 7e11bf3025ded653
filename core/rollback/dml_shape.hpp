// The clauses of one INSERT, UPDATE or DELETE and where they stand, for whoever writes SQL around it.
// Facts (core/sql/fact.hpp) tell what a statement does; this tells which bytes say so.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/sql/cursor.hpp"
#include "core/sql/fact.hpp"

namespace backstay::rollback {

enum class DmlKind : std::uint8_t { other, insert, update, remove };

// Spans are bytes of the script; begin == end means that the clause is not there.
struct DmlShape {
  DmlKind kind = DmlKind::other;
  sql::Span with;            // WITH and its whole list
  sql::Span target;          // the table with ONLY, hints and its alias
  std::string_view qualifier;  // how the target's columns are qualified: alias or bare name, as written
  std::string_view table;    // the target's name as written, parts and quotes included
  sql::Span set;             // behind SET
  sql::Span sources;         // behind FROM (UPDATE) or USING (DELETE of postgresql), FROM of a T-SQL DELETE
  sql::Span where;           // behind WHERE, up to the next clause
  std::uint32_t tail = 0;    // where RETURNING or OPTION starts, else the end of the statement
  std::uint32_t rows_at = 0; // INSERT: where VALUES, SELECT, DEFAULT VALUES, a bracketed query or EXEC starts
  std::uint32_t output_at = 0;  // T-SQL: where an OUTPUT clause could stand; 0 when there is one already
  bool limited = false;      // TOP: which rows is the server's choice
  bool derived_target = false;  // the target is a query
  bool conflict_update = false; // ON CONFLICT DO UPDATE
  bool writes_in_with = false;  // a CTE changes data too
};

// Reads the tokens [first, last) of `stream`. kind is other when the statement is none of the three.
DmlShape read_dml_shape(const sql::TokenStream& stream, std::uint32_t first, std::uint32_t last, Dialect dialect);

// A name with a bracket behind it that no keyword explains. Types with a length look the same.
bool is_function_call(const sql::Cursor& c, std::uint32_t i);
// A function of the servers that answers the same twice within one transaction and changes nothing.
bool is_repeatable(std::string_view name);

// Why the set of rows that the statement touches cannot be told by asking for it just before; empty when it can:
// one table, no data-changing CTE, no LIMIT without end, no function whose answer may differ the second time.
std::string unrepeatable(const sql::TokenStream& stream, std::uint32_t first, std::uint32_t last, const DmlShape& shape);

}  // namespace backstay::rollback
