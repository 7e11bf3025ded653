// What the generators of the servers share. Internal to core/rollback.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/rollback/reverse.hpp"

namespace backstay::rollback {

// Fills piece.before, statement, after, reverse, class and reasons for one statement; scripts are put together after.
// statement_text is the statement as written.
void write_postgresql(ReverseScripts& out, const CapturePlan& plan, const TextDocument& document);

// 'text' with quotes doubled.
std::string sql_literal(std::string_view text);
// $backstay$text$backstay$ with a tag that the text does not hold.
std::string dollar_quoted(std::string_view text);
// "-- " before each line.
std::string as_comment(std::string_view text);

void raise_class(ReversePiece& piece, ReverseClass least, std::string reason = {});

// Comment lines above a step: "-- step 3, line 7: UPDATE (safe)".
std::string step_heading(const ReversePiece& piece);

// Bytes between statements that hold comments, so that the capture script still reads like the original.
std::string gap_text(const TextDocument& document, std::size_t begin, std::size_t end);

}  // namespace backstay::rollback
