// `backstay reverse`: a script with the captures woven in, and the script that takes it back.
// What the two promise, per statement and per server: reverse.md beside this file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/rollback/capture_plan.hpp"
#include "core/text/words.hpp"

namespace backstay::rollback {

// The server that runs the scripts. SQLite takes scripts written for PostgreSQL where they fit.
enum class Server : std::uint8_t { postgresql, mssql, oracle, sqlite };
std::string_view to_string(Server server);

// Ordered: worse is larger.
enum class ReverseClass : std::uint8_t {
  unchanged,     // the statement changes nothing that lasts
  safe,          // comes back exactly, except where somebody has written since; that is reported
  needs_review,  // comes back, with a reservation that a person has to judge
  not_undone,    // cannot be taken back by a script; the reason says why
};
std::string_view to_string(ReverseClass reverse_class);  // "unchanged", "safe", "needs-review", "not-undone"

// One statement of the script.
struct ReversePiece {
  std::uint32_t step = 0;       // number of the statement, from 1; what the scripts call it
  std::uint32_t line = 1, end_line = 1;
  std::uint32_t begin = 0, end = 0;  // bytes of the statement in document.text(), terminator excluded
  std::string kind;             // "UPDATE", ...
  ReverseClass reverse_class = ReverseClass::unchanged;
  std::vector<std::string> reasons;  // why it needs review or is not undone; sentences
  std::vector<std::string> tables;   // whose rows are captured, as written
  // SQL for the target server; empty when there is nothing to do.
  std::string before;           // immediately before the statement, in the same transaction
  std::string statement;        // the statement as the capture script runs it
  std::string after;            // immediately behind it
  std::string reverse;          // takes it back
  // PostgreSQL: the table, and nothing else, that the statement makes where there was none; its definition can be noted
  // later, for many scripts at once (backstay_created) instead of with `before` and `after`.
  struct MadeTable {
    std::string schema, name;
  };
  std::optional<MadeTable> makes_table;
};

struct ReverseScripts {
  Server server = Server::postgresql;
  bool verified = false;        // the generator is proved on a real server of this kind by a test
  std::string script_id;        // joins both scripts: derived from the text
  ReverseClass reverse_class = ReverseClass::unchanged;  // the worst of the pieces
  std::vector<ReversePiece> pieces;  // in the order of the script
  std::string capture_script;   // run this instead of the script
  std::string reverse_script;   // run this to take it back; running it again changes nothing
  std::string discard_script;   // drops what was captured, once nobody wants to go back
};

struct ReverseOptions {
  Server server = Server::postgresql;
  std::string capture_schema = "backstay_capture";  // a plain lower-case name; holds everything captured
  // SQLite needs them; others look keys up in the catalogue. A key without columns says that the table has none.
  std::vector<KnownTable> known;
  const Words* words = nullptr;                     // language of reasons and comments; null: English. Borrowed
};

// `document` is read in the server's dialect (SQLite: postgresql). Never fails: see ReverseClass.
ReverseScripts reverse_scripts(const TextDocument& document, const ReverseOptions& options, const sql::Config& config);

Dialect dialect_of(Server server);

// "Step 1, line 2: UPDATE, safe".
std::string step_line(const ReversePiece& piece, const Words& say);

}  // namespace backstay::rollback
