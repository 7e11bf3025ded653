// Times in promotion files (RFC 3339 with a zone), and what is known of a place's time without a database.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace backstay::promotion {

struct Time {
  std::int64_t utc_s = 0;       // Unix epoch, seconds; fractions are cut off
  int offset_minutes = 0;       // of the writer's clock; 0 for Z
};

// "2026-09-02T18:41:00Z", "2026-09-02T20:41:00.5+02:00". nullopt for anything else.
std::optional<Time> parse_time(std::string_view text);

// The offsets a zone can be at over the year, in minutes. The core has no zone database, so a well-known
// name gives its own two offsets, another one those of its continent, an unknown one all there are.
struct OffsetRange {
  int least = -12 * 60, most = 14 * 60;
};
OffsetRange zone_offsets(std::string_view zone);

// Whether a moment is Monday to Friday, 08:00 up to 18:00, on a clock with that offset.
bool in_working_hours(std::int64_t utc_s, int offset_minutes);

}  // namespace backstay::promotion
