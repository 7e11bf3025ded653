// What did not come back in a rehearsal, as findings on the scripts that changed it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/finding.hpp"
#include "core/base/text_document.hpp"
#include "core/report/json_writer.hpp"
#include "core/schema/difference.hpp"

namespace backstay::apply {

// "public.\"Contact\"" and "public.add_one(integer)" are written in a script as Contact and add_one.
std::string bare_name(std::string_view object);

struct RehearsedScript {
  std::string package;
  TextDocument document;  // its file is the content's key
};

// rehearsal/not-restored for what the restore did not bring back, rehearsal/not-repeatable for what came out
// differently the second time. The place is where the last script that names the object does; a difference that no
// script names (dynamic SQL, a trigger) has no place.
Findings rehearsal_findings(const std::vector<schema::Difference>& differences, const std::vector<RehearsedScript>& scripts, bool is_second_run);

// Two members of an open object: "differences": [{"phase": "restore" or "repeat", "message", "file", "line"}],
// and "findings" as a report has them.
void write_rehearsal_findings(report::JsonWriter& json, const Findings& findings);

}  // namespace backstay::apply
