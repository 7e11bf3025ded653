// Requests and answers as JSON, for a host that is not C++: a page in the browser, which answers with promises.
// Natively nothing of this runs.
#pragma once

#include <string>
#include <string_view>

#include "core/apply/request.hpp"
#include "core/base/result.hpp"

namespace backstay::apply {

// One object; members that say nothing are left out:
//   {"kind": "run-script", "name", "step", "text", "sql", "values": [VALUE...], "changes": [{"key", "removal", "content",
//    "entry"}], "done", "total", "timeout_ms", "durable": true, "outside": true, "capture": true}
// A VALUE is null, a whole number, {"real": 0.5}, "text", or {"blob": "AAE="} (base64). Whole numbers that a double
// cannot hold are {"integer": "9007199254740993"}.
std::string request_json(const Request& request);

// {"outcome": "ok", "problem"?: {"code", "message", "sqlstate", "hint", "context", "native", "offset"},
//  "rows"?: {"columns": [...], "rows": [[VALUE...]...], "affected": n}, "document"?: "..."}
// Errors: malformed, for what is no answer.
Result<Answer> answer_from_json(std::string_view text);

}  // namespace backstay::apply
