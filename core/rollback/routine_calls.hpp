// Routines that a statement calls in the middle of an expression: SELECT f(x) FROM t. The rules leave them alone, because
// nearly all of them only compute; whoever wants to take a statement back has to know.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/sql/scope.hpp"
#include "core/sql/token.hpp"

namespace backstay::rollback {

// Calls of routines that do not come with the server, as written, each once, those in the body of a DO included. What
// looks like a call and may not be one (a type with a length) is there too: only the catalogue can tell.
// PostgreSQL only; tokens [first, last) of one statement.
std::vector<std::string> routine_calls(const sql::TokenStream& stream, std::uint32_t first, std::uint32_t last, const sql::Scope& scope);

}  // namespace backstay::rollback
