// What has to be saved before each statement of a script so that it can be taken back: the analysis behind
// `backstay reverse`, and what the plugin asks before it applies a script.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/rollback/dml_shape.hpp"
#include "core/sql/fact.hpp"
#include "core/sql/splitter.hpp"
#include "core/sql/sql.hpp"

namespace backstay::rollback {

// A table of the target, when something knows it (an environment description). Names as the server stores them.
struct KnownTable {
  std::string schema, name;          // empty schema: the default one
  std::vector<std::string> key;      // columns of its primary key, in order; empty: it has none
  std::vector<std::string> columns;  // all that can be written, in order
};

enum class RowMethod : std::uint8_t {
  query,     // a SELECT names the rows just before (strategy P)
  inserted,  // the rows the statement adds, by their keys
  table,     // all rows of the table before, and what differs afterwards
  whole,     // all rows; the statement leaves none (TRUNCATE)
};
std::string_view to_string(RowMethod method);  // "query", ...

// Rows that one statement changes in one table.
struct RowCapture {
  RowMethod method = RowMethod::table;
  std::string table;                  // as written in the script, quotes and parts included
  std::string schema, name;           // normalised as the server compares them; schema empty when none is written
  std::vector<std::string> assigned;  // columns an UPDATE writes, normalised
  bool deletes = false;               // rows go away
  sql::Span where;                    // bytes behind WHERE; empty when there is none
  // method query: the SELECT that gives the rows about to change, all columns, without a lock clause; `lock` is
  // what the dialect adds to keep them still.
  std::string query, lock;
  std::string why_not_query;          // one clause; empty for query and inserted
  bool keyless = false;               // a KnownTable says that it has no key
  std::vector<std::string> key;       // from KnownTable and untouched by `assigned`; empty: look it up or refuse
};

enum class Transaction : std::uint8_t { none, begin, commit, rollback };

// One statement at script level with all that runs inside it.
struct PlannedStatement {
  std::uint32_t begin = 0, end = 0;   // bytes of the document, terminator excluded
  std::uint32_t first = 0, last = 0;  // tokens of CapturePlan::text
  std::uint32_t line = 1, end_line = 1;
  std::string kind;                   // "UPDATE", "CREATE-VIEW", ...
  DmlShape shape;                     // kind other for anything but a plain INSERT, UPDATE, DELETE
  std::vector<RowCapture> rows;
  std::vector<const sql::Fact*> definitions;  // into CapturePlan::script: objects it makes, alters, drops
  // Why its text does not say which rows it changes (dynamic SQL, a routine), one clause each: they have to be watched.
  std::vector<std::string> unread;
  // Routines called in expressions, as written, that may write wherever they like; the catalogue knows more.
  std::vector<std::string> calls;
  std::vector<std::string> obstacles; // why (a part of) it cannot be taken back, one clause each
  Transaction transaction = Transaction::none;
  bool outside_transaction = false;   // the server refuses it inside one
  bool in_block = false;              // changes stand inside a DO, an anonymous block or a routine it calls

  bool changes_nothing() const { return rows.empty() && definitions.empty() && obstacles.empty(); }
  // Strategy P is enough: one table, rows a query can name, nothing else.
  bool capturable_by_query() const {
    return rows.size() == 1 && rows[0].method == RowMethod::query && definitions.empty() && obstacles.empty();
  }
};

// Borrows from the document, which has to outlive it. Movable, not copyable in meaning: definitions point inside.
struct CapturePlan {
  sql::Script script;
  sql::SplitText text;
  std::vector<PlannedStatement> statements;  // in order; client commands and harmless statements included

  CapturePlan() = default;
  CapturePlan(CapturePlan&&) = default;
  CapturePlan& operator=(CapturePlan&&) = default;
  CapturePlan(const CapturePlan&) = delete;
  CapturePlan& operator=(const CapturePlan&) = delete;
};

// Never fails: what is not understood becomes an obstacle of its statement.
CapturePlan capture_plan(const TextDocument& document, Dialect dialect, const sql::Config& config, const std::vector<KnownTable>& known = {});

}  // namespace backstay::rollback
