// The journal of a state directory: operations, their records with a hash chain, the list of backups.
// journal_format.md (core/journal) says what the records mean; this only keeps them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/journal/record.hpp"
#include "native-plugin/fs/folder.hpp"
#include "native-plugin/journal/sqlite_file.hpp"

namespace backstay::plugin {

struct OperationRow {
  std::string op_id, kind, state, params, created_at, closed_at;  // params: what it was started with, JSON
};

struct BackupRow {
  std::string backup_id, op_id, path, digest, created_at, expires_at, verified_at;
  std::string status;     // "sealed", "verified", "damaged", "superseded"
  std::string reason;     // "before-apply", "before-restore"
  std::string packages;   // JSON array of {"name","version"}
  std::uint64_t bytes = 0;
  bool is_pinned = false;
};

// Used by one thread at a time. Errors of all calls: limit_exceeded (the disk is full, also after the ballast
// went), malformed (the journal is damaged), unreadable.
class Journal {
 public:
  // Makes it when it is not there. Verifies the chain: a broken one is malformed, and nothing is written.
  static Result<Journal> open(const fs::Folder& state_dir, bool read_only);

  // Both durable when they answer. Appending the same record again is a success.
  Result<Nothing> begin(const OperationRow& operation);
  Result<Nothing> append(std::string_view op_id, journal::State state, std::string_view step, std::string_view payload,
                         std::string_view at);

  Result<std::vector<OperationRow>> operations();            // oldest first
  Result<std::vector<OperationRow>> unfinished();            // not final
  Result<std::vector<journal::Record>> records(std::string_view op_id);  // "" = all; in the order of rev
  Result<std::string> meta(std::string_view key);            // "" when absent
  Result<Nothing> set_meta(std::string_view key, std::string_view value);

  Result<Nothing> put_backup(const BackupRow& row);          // a new one, or all of a known one
  Result<Nothing> remove_backup(std::string_view backup_id);
  Result<std::vector<BackupRow>> backups();                  // newest first

 private:
  Journal(SqliteFile file, fs::Folder folder) : file_(std::move(file)), folder_(std::move(folder)) {}
  Result<Nothing> write(std::string_view op_id, journal::State state, std::string_view step, std::string_view payload,
                        std::string_view at, const OperationRow* created);
  Result<Nothing> in_transaction(const OperationRow* created, const journal::Record& record);

  SqliteFile file_;
  fs::Folder folder_;
};

inline constexpr std::string_view journal_name = "journal.db";
inline constexpr std::string_view ballast_name = "ballast";

}  // namespace backstay::plugin
