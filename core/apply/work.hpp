// One thing that an operation does in the database, and what takes it back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/apply/database.hpp"
#include "core/apply/plan.hpp"
#include "core/base/json.hpp"
#include "core/base/text_document.hpp"

namespace backstay::apply {

// What a witness row and a backup say about taking one change back.
struct Undoing {
  std::string step, package, element, uid;
  std::string reverse_class;         // safe, needs-review, not-undone, unchanged, or "none" for what no database has to undo
  std::vector<std::string> reasons;  // why it is not safe
  std::string prepare;               // script that has to run before captured rows go back; may be empty
  std::string reverse;               // script that takes it back; empty: there is none, or it is made of `parts`
  // PostgreSQL: name of the run that captured, and what takes each statement back, last statement first.
  struct Part {
    std::uint32_t step = 0;           // number of the statement in its run
    std::vector<std::string> tables;  // whose rows, as the script writes them
    std::string reverse;
  };
  std::string run;
  std::vector<Part> parts;
  std::vector<std::string> tables;   // whose rows this changed; SQLite: of a whole transaction
  std::string discard;               // drops what was captured for it
  std::string host;                  // a change by the host: what it was given, with "previous"
  bool host_was_undo = false;        // the host took something back: making the change again takes that back
  bool captured = false;             // its rows lie in backstay_cap (SQLite), or in the backup's second part
  bool suspends = false;             // a script that its author has not confirmed as backward compatible
};

std::string write_undoing(const Undoing& undoing);
struct ReverseHow {
  bool puts_aside = false;   // its own changes are captured, with what weave() puts around it
  bool overwrites = false;   // PostgreSQL: values that somebody has changed since go too
};
// The script that takes it back; with `tables`, only what it did to the rows of these. Empty: nothing to run.
std::string reverse_script(const Undoing& undoing, const std::vector<std::string>& tables = {}, ReverseHow how = {});
// "public.\"Contact\"", "Contact" and "contact" are one table to a person who names it.
bool is_same_table(std::string_view a, std::string_view b);
// A change that nothing can take back, short of a copy of the database.
inline bool is_irreversible(const Undoing& undoing) {
  return undoing.reverse_class == "not-undone" || undoing.reverse_class.empty();
}

// Why taking it back waits for a decision.
std::string nbc_sentence(const Undoing& undoing);

Undoing undoing_of(const JsonValue& value);
// Errors: malformed.
Result<Undoing> read_undoing(std::string_view json);

struct Work {
  enum class Kind : std::uint8_t {
    script,        // of a package
    statements,    // of our own: bindings, version rows
    undoing,       // takes something back
    captured_rows, // SQLite: puts the captured rows of operation `content` back; PostgreSQL: brings them. `own`: the backup they lie in
    host_call,
  };
  Kind kind = Kind::script;
  std::string step, package, element, phase, digest;
  std::string content;       // key of the script; empty: `own` is the text
  std::string own;           // text of ours, or the host's JSON
  bool is_outside = false;   // runs in no transaction
  bool is_change = false;    // host_call: durable, taken back when the operation fails
  bool is_host_undo = false; // host_call: a change is taken back
  bool is_binding = false;   // `content` has the rows of a binding and `own` is made from it and from `descriptor`
  std::string descriptor;
  std::vector<std::string> localizations;  // keys of the binding's files of texts
  std::vector<std::string> texts;          // what stands in them
  std::optional<int> install_type;
  std::uint32_t timeout_ms = 0;
  Undoing undoing;
  // Undoing on SQLite: what it drops, quoted. A table with rows in it stays; so does a column (`dropped_column`) that
  // holds anything but its default.
  std::string dropped_table, dropped_column;
  std::string run;           // undoing on PostgreSQL: of the captures that it takes back
  std::vector<std::uint32_t> reversed_steps;  // the same: what is taken back of it, in that order

  // Made by weave(): what is sent to the server, and where its pieces come from.
  std::string text;
  struct Piece {
    std::size_t begin = 0, end = 0;  // in `text`
    std::size_t origin = 0;          // of `begin`, in the document
  };
  std::vector<Piece> pieces;
  TextDocument document;
  bool has_captures = false;
  // PostgreSQL: all that the script does to definitions is to make these tables. They are noted later, with those of
  // the scripts around it: created_call().
  struct Made {
    std::uint32_t step = 0;
    std::string schema, name;
  };
  std::vector<Made> made;
};

// The statement that notes the tables of these works, one after another in the order they ran; `runs`: as for weave.
std::string created_call(const std::vector<const Work*>& works, const std::string& op_id);

// Reads the script that `bytes` hold (or work.own). On PostgreSQL the captures of core/rollback stand between its
// statements; they need capture_prelude() once in the session. `run` names them: unique for operation and step.
void weave(Work& work, std::string_view bytes, db::Engine engine, const std::string& run);

std::string capture_prelude();
std::string export_prelude();  // for RequestKind::add_to_backup on PostgreSQL
// What Undoing::reverse needs once in the session, and what is left to do behind the last of an operation's.
std::string reverse_prelude();
std::string captured_reverse_prelude();  // for a reverse script that is captured itself
std::string forget_captures(const std::string& op_id);

// The place in the script of an error at `offset` of work.text.
SourcePos place_of(const Work& work, std::uint64_t offset);

}  // namespace backstay::apply
