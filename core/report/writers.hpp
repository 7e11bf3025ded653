// One function per format; write() in write.cpp chooses. Kept out of report.hpp, which is for users.
#pragma once

#include <string>

#include "core/report/report.hpp"

namespace backstay::report {

std::string write_json(const Report& report);
std::string write_text(const Report& report, const WriteOptions& options);
std::string write_sarif(const Report& report);
std::string write_junit(const Report& report, const WriteOptions& options);
std::string write_markdown(const Report& report, const Words& say);
std::string write_html(const Report& report, const Words& say);
std::string write_github(const Report& report);

}  // namespace backstay::report
