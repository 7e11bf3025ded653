// What `backstay reverse` prints.
#pragma once

#include <string>
#include <string_view>

#include "core/rollback/reverse.hpp"
#include "core/text/words.hpp"

namespace backstay::report {

// One JSON object, schema backstay.reverse/1 (reverse.schema.json), with a line end. `file` as the user named it.
std::string reverse_json(const rollback::ReverseScripts& scripts, std::string_view file);

// For people: what happens to each statement, then the two scripts between markers. All of it is SQL
// comments and SQL, so that an editor shows it as such.
// Reasons are in the language they were made in (ReverseOptions::words).
std::string reverse_text(const rollback::ReverseScripts& scripts, std::string_view file, Language language);

}  // namespace backstay::report
