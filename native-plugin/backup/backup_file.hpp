// Backup files: a zip whose manifest lists every entry with its SHA-256, sealed when written and verified
// before anything in it is used. Format: backup_file.md.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "native-plugin/fs/folder.hpp"

namespace backstay::plugin {

struct NewEntry {
  std::string name;      // ASCII
  std::string content;
  std::string path;      // instead of content: a file of this machine, read while the zip is written
};

struct SealedBackup {
  std::string name;    // below the state directory
  std::string digest;  // SHA-256 of the whole file
  std::uint64_t bytes = 0;
};

// Writes `name` below `state_dir`: under a temporary name, read back and verified, synced, renamed, its folder
// synced. `manifest` is a JSON object without "entries". Errors: limit_exceeded (disk full), unreadable,
// malformed (what was read back is not what was written).
Result<SealedBackup> write_backup(const fs::Folder& state_dir, const std::string& name, std::string_view manifest,
                                  std::vector<NewEntry> entries);

// A backup of which every byte was compared with its manifest.
class BackupFile {
 public:
  // `digest`: of the whole file as it was sealed; empty when nobody knows (a file from elsewhere).
  // Errors: missing; malformed with the entry's name for everything that is not as it was sealed.
  static Result<BackupFile> open(const fs::Folder& state_dir, const std::string& name, std::string_view digest);
  const std::string& manifest() const { return manifest_; }
  // Errors: missing; malformed when the file was changed after open().
  Result<std::string> entry(const std::string& name) const;
  // Into a new file `to`, for large entries.
  Result<Nothing> extract(const std::string& name, const std::string& to) const;
  std::vector<std::string> names() const;

 private:
  struct Listed {
    std::uint64_t bytes = 0;
    std::string sha256;
  };
  BackupFile() = default;
  Result<Nothing> verify();

  std::string path_, manifest_;
  std::map<std::string, Listed> entries_;
};

// The SHA-256 of a whole file below the folder.
Result<std::string> digest_of_file(const fs::Folder& folder, const std::string& name);

// Removes what an interrupted write left behind.
Result<Nothing> sweep_temporary_backups(const fs::Folder& state_dir);

inline constexpr std::string_view backups_folder = "backups";

}  // namespace backstay::plugin
