// The audit changelog: what every operation changed, in TrackVia's published columns and three of our own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace backstay::plugin {

struct ChangelogEntry {
  std::uint64_t rev = 0;  // of the journal's record: only grows
  std::string resource_id, app_name, resource_name, resource_type;
  std::string revision_type;  // ADD, MOD, DEL
  std::string when, who, op_id;
  std::string before, after;  // SHA-256 of the content; empty: none
};

// "backstay.changelog/1".
std::string changelog_json(const std::vector<ChangelogEntry>& entries);

// RFC 4180 with a header line and CR LF. A cell that a spreadsheet would take for a formula (= + - @, also
// behind a tab or a line break) is prefixed with an apostrophe.
std::string changelog_csv(const std::vector<ChangelogEntry>& entries);

}  // namespace backstay::plugin
