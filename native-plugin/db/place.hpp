// From a byte of a script to its line and column, and what a statement is called.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/apply/database.hpp"

namespace backstay::db {

// Sets offset, line and column of `error` to byte `offset` of `script` (cut to its length).
void set_place(DbError& error, std::string_view script, std::uint64_t offset);

// Byte of the `characters`-th code point (from 1), as PostgreSQL counts places. Damaged UTF-8 counts by lead bytes.
std::uint64_t byte_of_character(std::string_view text, std::uint64_t characters);

// Length of the blanks and comments that `text` begins with.
std::size_t leading_blanks(std::string_view text);

// The first word in upper case: "UPDATE".
std::string first_word(std::string_view statement);

}  // namespace backstay::db
