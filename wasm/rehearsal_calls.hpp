// A rehearsal as a conversation over the boundary of the module: the page answers with promises, so the core asks
// and the page calls again with what came of it (core/apply/machine.hpp).
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace backstay::wasm {

// Starts the rehearsal of what a request names (request.hpp); one at a time, an earlier one is forgotten: a page that
// stops one throws its database away. The target is PostgreSQL. Besides the request's own members: "now", RFC 3339; "product", the server's name; "leave_out",
// ids of steps that this database cannot run.
//
// Returns {"plan": backstay.plan/1, "expected": [{"step", "name", "sql"}], "request": the first request}. `expected`
// is what the steps will run, in their order: a page that makes up the tables of a target reads it there.
// Errors: those of the request; not_recognised when there is no complete plan.
Result<std::string> start_rehearsal_answer(std::string_view request);

// The next request, core/apply/request_json.hpp. Contents of the delivery and snapshots are answered in the module, the
// latter by requests "read-rows", of which the first has the name "snapshot"; the page sees the database's only: lock, unlock, begin, commit, rollback, run-script,
// execute, read-rows, progress and done.
Result<std::string> next_request(std::string_view answer);

}  // namespace backstay::wasm
