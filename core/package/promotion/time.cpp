#include "core/package/promotion/time.hpp"

namespace backstay::promotion {
namespace {

// Two or four digits at `at`; -1 when there are none.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

bool leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int days_in(int year, int month) {
  constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && leap(year) ? 29 : days[month - 1];
}

// Days from 1970-01-01, counting the year from March so that the leap day comes last.
std::int64_t days_from_civil(int year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const int era = (year >= 0 ? year : year - 399) / 400;
  const int year_of_era = year - era * 400;
  const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return std::int64_t{era} * 146097 + day_of_era - 719468;
}

struct ZoneRow {
  std::string_view name;
  int least, most;  // hours
};

// Names first, then whole continents ("Europe/" stands for all that start with it).
constexpr ZoneRow zones[] = {
    {"UTC", 0, 0}, {"Etc/UTC", 0, 0}, {"GMT", 0, 0}, {"Etc/GMT", 0, 0}, {"Z", 0, 0},
    {"Europe/London", 0, 1}, {"Europe/Dublin", 0, 1}, {"Europe/Lisbon", 0, 1},
    {"Europe/Amsterdam", 1, 2}, {"Europe/Belgrade", 1, 2}, {"Europe/Berlin", 1, 2}, {"Europe/Bratislava", 1, 2},
    {"Europe/Brussels", 1, 2}, {"Europe/Budapest", 1, 2}, {"Europe/Copenhagen", 1, 2}, {"Europe/Ljubljana", 1, 2},
    {"Europe/Luxembourg", 1, 2}, {"Europe/Madrid", 1, 2}, {"Europe/Oslo", 1, 2}, {"Europe/Paris", 1, 2},
    {"Europe/Prague", 1, 2}, {"Europe/Rome", 1, 2}, {"Europe/Stockholm", 1, 2}, {"Europe/Vienna", 1, 2},
    {"Europe/Warsaw", 1, 2}, {"Europe/Zagreb", 1, 2}, {"Europe/Zurich", 1, 2},
    {"Europe/Athens", 2, 3}, {"Europe/Bucharest", 2, 3}, {"Europe/Helsinki", 2, 3}, {"Europe/Kiev", 2, 3},
    {"Europe/Kyiv", 2, 3}, {"Europe/Riga", 2, 3}, {"Europe/Sofia", 2, 3}, {"Europe/Tallinn", 2, 3},
    {"Europe/Vilnius", 2, 3}, {"Europe/Istanbul", 2, 3}, {"Europe/Minsk", 2, 3}, {"Europe/Moscow", 3, 4},
    {"America/New_York", -5, -4}, {"America/Toronto", -5, -4}, {"America/Chicago", -6, -5},
    {"America/Denver", -7, -6}, {"America/Phoenix", -7, -7}, {"America/Los_Angeles", -8, -7},
    {"America/Vancouver", -8, -7}, {"America/Anchorage", -9, -8}, {"America/Sao_Paulo", -3, -2},
    {"US/Eastern", -5, -4}, {"US/Central", -6, -5}, {"US/Mountain", -7, -6}, {"US/Pacific", -8, -7},
    {"Asia/Dubai", 4, 4}, {"Asia/Tokyo", 9, 9}, {"Asia/Seoul", 9, 9}, {"Asia/Shanghai", 8, 8},
    {"Asia/Singapore", 8, 8}, {"Australia/Perth", 8, 8}, {"Australia/Brisbane", 10, 10},
    {"Australia/Sydney", 10, 11}, {"Australia/Melbourne", 10, 11}, {"Pacific/Auckland", 12, 13},
    {"Africa/", 0, 3}, {"America/", -10, 0}, {"Arctic/", 1, 2}, {"Asia/", 2, 12}, {"Atlantic/", -4, 1},
    {"Australia/", 8, 12}, {"Europe/", 0, 4}, {"Indian/", 3, 7}, {"US/", -11, -4},
};

}  // namespace

std::optional<Time> parse_time(std::string_view text) {
  // YYYY-MM-DDTHH:MM:SS
  const int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > days_in(year, month)) return std::nullopt;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't') || text[13] != ':' || text[16] != ':') return std::nullopt;
  std::size_t at = 19;
  if (at < text.size() && text[at] == '.') {
    const std::size_t first = ++at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    if (at == first) return std::nullopt;
  }
  Time time;
  const std::string_view zone = text.substr(at);
  if (zone != "Z" && zone != "z") {
    const int hours = digits(zone, 1, 2), minutes = digits(zone, 4, 2);
    if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return std::nullopt;
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
    time.offset_minutes = (zone[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
  }
  time.utc_s = days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - time.offset_minutes * 60;
  return time;
}

OffsetRange zone_offsets(std::string_view zone) {
  for (const ZoneRow& row : zones) {
    const bool found = row.name.ends_with('/') ? zone.starts_with(row.name) : zone == row.name;
    if (found) return {row.least * 60, row.most * 60};
  }
  return {};
}

bool in_working_hours(std::int64_t utc_s, int offset_minutes) {
  const std::int64_t local = utc_s + offset_minutes * 60;
  std::int64_t day = local / 86400, second = local % 86400;
  if (second < 0) {
    second += 86400;
    --day;
  }
  const std::int64_t weekday = ((day + 3) % 7 + 7) % 7;  // 0 is Monday; the epoch was a Thursday
  return weekday < 5 && second >= 8 * 3600 && second < 18 * 3600;
}

}  // namespace backstay::promotion
