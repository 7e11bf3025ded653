// A report in another language: its sentences, not its names, ids and members.
#pragma once

#include "core/report/report.hpp"

namespace backstay::report {

void translate(Finding& finding, const Words& say);
void translate(deploy::Order& order, const Words& say);
void translate(Rollback& rollback, const Words& say);

// Everything that a writer takes from the report. In English the report itself is the answer; callers ask first.
Report translated(const Report& report, const Words& say);

}  // namespace backstay::report
