#include "native-plugin/services/retention.hpp"

#include <algorithm>

namespace backstay::plugin {

std::vector<std::string> expired_backups(std::vector<KeptBackup> backups, const RetentionPolicy& policy, std::int64_t now_ms) {
  std::stable_sort(backups.begin(), backups.end(), [](const KeptBackup& a, const KeptBackup& b) { return a.created_ms < b.created_ms; });
  std::vector<std::string> expired;
  for (std::size_t i = 0; i < backups.size(); ++i) {
    const KeptBackup& backup = backups[i];
    const bool is_among_last = backups.size() - i <= policy.keep_last;
    const bool is_old = now_ms - backup.created_ms > policy.keep_ms;
    if (is_old && !is_among_last && !backup.is_pinned && !backup.is_needed) expired.push_back(backup.backup_id);
  }
  return expired;
}

}  // namespace backstay::plugin
