// Single-line JSON: what `backstay statements` and `backstay batch` print, one object a line.
#pragma once

#include <string>
#include <string_view>

#include "core/report/report.hpp"

namespace backstay::report {

// {"line","end_line","kind","context"}, without a line break.
std::string statement_line(const sql::StatementInfo& statement);

// The answers of `batch`. `id_json` is the asker's id as JSON, copied as it is.
std::string batch_script_line(std::string_view id_json, const sql::Analysis& analysis, const Findings& findings);
// `exit_code` is the one `backstay check` would give.
std::string batch_report_line(std::string_view id_json, const Report& report, int exit_code);
std::string batch_error_line(std::string_view id_json, std::string_view message);

}  // namespace backstay::report
