// Which backups may go.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace backstay::plugin {

struct RetentionPolicy {
  std::int64_t keep_ms = std::int64_t{30} * 24 * 3600 * 1000;
  std::size_t keep_last = 10;  // however old
};

struct KeptBackup {
  std::string backup_id;
  std::int64_t created_ms = 0;
  bool is_pinned = false;
  bool is_needed = false;  // of an operation that has not ended, or listed as damaged and still to be looked at
};

// Ids of those that are older than the policy keeps, not among the last, not pinned and not needed; oldest
// first. A backup from the future (a clock that was put back) is kept.
std::vector<std::string> expired_backups(std::vector<KeptBackup> backups, const RetentionPolicy& policy, std::int64_t now_ms);

}  // namespace backstay::plugin
