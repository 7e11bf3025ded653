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

void write_mssql(ReverseScripts& out, const CapturePlan& plan, const TextDocument& document);
void write_oracle(ReverseScripts& out, const CapturePlan& plan, const TextDocument& document);
void write_sqlite(ReverseScripts& out, const CapturePlan& plan, const TextDocument& document, const std::vector<KnownTable>& known);

// What all generators say of a statement before they know how it is written. `step` counts from 1.
ReversePiece start_piece(const PlannedStatement& statement, const TextDocument& document, std::uint32_t step);
// A clause with a capital and a full stop.
std::string as_sentence(std::string text);
// Obstacles, and effects that cannot be read from the text, become reasons for not_undone.
void add_obstacles(const PlannedStatement& statement, ReversePiece& piece);

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
