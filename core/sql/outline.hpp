// What a script defines and switches on or off, as far as another script can change what that means: the previous
// version of the same script, or another script of the same delivery.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace backstay {
class TextDocument;
}

namespace backstay::sql {

class Scope;

// A view or routine that PostgreSQL replaces in place: CREATE OR REPLACE without an earlier DROP of it.
struct Definition {
  bool routine = false;   // else a view
  std::string key;        // schema and name as the server compares them
  std::string written;    // the name, for messages
  std::uint32_t line = 0; // where the findings about it stand
  // Output columns in their order; nullopt when the text does not tell (SELECT *). A column whose name the
  // server would make up is empty.
  std::optional<std::vector<std::string>> columns;
  std::string arguments;  // types of the input arguments, normalised, with commas
  std::string returns;    // as written, in lower case, blanks made one
};

// A trigger or constraint that the script leaves switched off, or switches on.
struct Toggle {
  bool on = false;
  std::string table;      // empty for a trigger that is named without its table
  std::string member;     // empty: all of them
  std::uint32_t line = 0;
};

struct Outline {
  std::vector<Definition> definitions;
  std::vector<Toggle> toggles;
};

Outline outline_of(const Scope& scope, const TextDocument& document);

// True when running `previous` again after `now` fails or leaves both behind; `reason` then says why, a clause.
bool refuses_previous(const Definition& now, const Definition& previous, std::string& reason);

}  // namespace backstay::sql
