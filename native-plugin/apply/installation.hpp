// What an engine has open: the state directory with its lock, the journal, the store, where the database is.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <map>

#include "core/apply/machine.hpp"
#include "native-plugin/fs/folder.hpp"
#include "native-plugin/journal/journal.hpp"
#include "native-plugin/services/redact.hpp"
#include "native-plugin/services/services.hpp"
#include "native-plugin/store/directory_store.hpp"

namespace backstay::plugin {

struct Configuration {
  std::string state_dir, store_dir, database, environment_id, user, host;
  std::map<std::string, std::string> file_roots;  // of ORIGAM file activities: name -> folder
  bool allow_network_state = false;
  std::uint64_t max_full_copy_bytes = 512ull << 20;
  std::uint32_t retention_days = 30, keep_backups = 10;
  std::uint32_t lock_wait_ms = 0;
  std::uint64_t min_free_bytes = 16ull << 20;  // what has to be free beside the backup
  bool vendor_suspension = false;       // policy "suspend": "vendor"
  bool acknowledge_everything = false;  // policy "acknowledge": "all": also risks that lose nothing
  bool require_signature = false;       // policy "require_signature": "backups" or "all"
  std::string dialect;  // of the scripts, for databases that take those of another engine
};

// backstay.config/1. Errors: malformed, naming the member.
Result<Configuration> read_configuration(std::string_view json);

struct Installation {
  Configuration config;
  Services services;
  std::optional<fs::Folder> state;
  std::optional<Journal> journal;
  std::unique_ptr<DirectoryStore> directory;  // the built-in store; null when the host has its own
  Redactor redact;
  int lock = -1;  // descriptor of the flock, -1 when not held
  std::string state_dir_id;

  Installation() = default;
  ~Installation();
  Installation(const Installation&) = delete;
  Installation& operator=(const Installation&) = delete;

  ElementStore& store() { return services.store ? *services.store : *directory; }
  // For a run over many elements; nothing for a host's own store.
  std::optional<fs::Folder::Remembering> remember_store() const {
    return directory ? std::optional<fs::Folder::Remembering>(directory->remember()) : std::nullopt;
  }
  std::string now() const;              // RFC 3339
  std::string new_id() const;           // a random UUID
  // What the machine is told in every operation: who, where, when, how digests are made.
  apply::Settings settings(std::string op_id) const;
};

// Opens state directory, built-ins and store. Errors: unsafe (a directory others may write to), unreadable.
Result<Nothing> open_installation(Installation& installation);
// The lock of everything that writes, held until the engine is closed, and the journal for writing.
// Errors: cancelled = another process has it (the message names the operation if it can); as Journal::open.
Result<Nothing> lock_installation(Installation& installation);

}  // namespace backstay::plugin
