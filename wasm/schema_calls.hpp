// Snapshots of a scratch database in the page: the page runs the queries and hands the rows in.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace backstay::wasm {

// {"catalogue": rows or null, "data": [rows of each query] or null, "product": text} of a PostgreSQL database; a row is
// a list of texts and nulls. Answers what comes next: {"queries": [one]} for the catalogue, {"queries": [...]} for the
// rows of its tables, then {"snapshot": text} as core/schema/snapshot.hpp writes it.
Result<std::string> snapshot_answer(std::string_view request);

// {"before": snapshot text, "after": snapshot text}. Answers [{"kind", "object_kind", "object", "what", "name", "before",
// "after", "sentence"}].
Result<std::string> difference_answer(std::string_view request);

}  // namespace backstay::wasm
