// Moments as text, without a clock and without a time zone table.
#pragma once

#include <cstdint>
#include <string>

namespace backstay::report {

// "2026-05-01T10:00:00Z", with ".123" before the Z when there are milliseconds.
// `ms` counts from 1970-01-01 UTC. Empty outside the years 1 to 9999.
std::string iso_time(std::int64_t ms);

}  // namespace backstay::report
