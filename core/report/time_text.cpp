#include "core/report/time_text.hpp"

#include <chrono>

namespace backstay::report {
namespace {

std::string padded(std::int64_t value, std::size_t digits) {
  std::string text = std::to_string(value);
  return text.size() < digits ? std::string(digits - text.size(), '0') + text : text;
}

}  // namespace

std::string iso_time(std::int64_t ms) {
  constexpr std::int64_t day_ms = 86'400'000;
  // First moment of year 1 and the first one after year 9999.
  constexpr std::int64_t earliest = -62'135'596'800'000, too_late = 253'402'300'800'000;
  if (ms < earliest || ms >= too_late) return "";
  std::int64_t days = ms / day_ms, rest = ms % day_ms;
  if (rest < 0) rest += day_ms, --days;
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
  std::string text = padded(static_cast<int>(date.year()), 4) + "-" +
                     padded(static_cast<unsigned>(date.month()), 2) + "-" + padded(static_cast<unsigned>(date.day()), 2) +
                     "T" + padded(rest / 3'600'000, 2) + ":" + padded(rest / 60'000 % 60, 2) + ":" +
                     padded(rest / 1000 % 60, 2);
  if (rest % 1000 != 0) text += "." + padded(rest % 1000, 3);
  return text + "Z";
}

}  // namespace backstay::report
