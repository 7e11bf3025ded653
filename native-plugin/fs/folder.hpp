// Files below one folder, for everything that has to survive a crash: the state directory, the store,
// backups. Every name is resolved below the folder's descriptor, through no link; every call is a fault point.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace backstay::plugin::fs {

// Errors of all calls: missing (no such file), unsafe (a link, or a name that leaves the folder),
// limit_exceeded (the disk or a quota is full), unreadable (anything else; the message has the reason).
class Folder {
 public:
  // Opens `path`; with `create` it and its parents are made (mode 0700).
  static Result<Folder> open(const std::string& path, bool create);

  // While one of these lives, the folders that names lead through stay open, so that the next name of the same
  // folder costs one system call and not a walk. For a run over many files; somebody else who moves a folder
  // meanwhile moves it with what is written into it.
  class Remembering {
   public:
    ~Remembering();
    Remembering(Remembering&& other) noexcept : folder_(other.folder_) { other.folder_ = nullptr; }
    Remembering& operator=(Remembering&&) = delete;

   private:
    friend class Folder;
    explicit Remembering(const Folder& folder) : folder_(&folder) {}
    const Folder* folder_;
  };
  [[nodiscard]] Remembering remember() const;
  // An open descriptor of its own on the same folder.
  Result<Folder> reopen() const;

  Folder(Folder&& other) noexcept;
  Folder& operator=(Folder&& other) noexcept;
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();

  const std::string& path() const { return path_; }  // as it was opened; for messages and for libraries that want one
  int descriptor() const { return descriptor_; }

  // `name` is relative with '/', without '.' and '..'.
  Result<std::string> read(std::string_view name, std::uint64_t max_bytes) const;
  Result<bool> exists(std::string_view name) const;
  // A new file with these bytes, synced; folders on the way are made. An existing one is an error unless `replace`.
  Result<Nothing> write(std::string_view name, std::string_view bytes, bool replace = false) const;
  // The same without syncing anything: for many files, with sync_everything behind them.
  Result<Nothing> write_unsynced(std::string_view name, std::string_view bytes) const;
  // Moves within the folder and makes the target's parents. Neither folder is synced: sync_parent is for that.
  Result<Nothing> rename(std::string_view from, std::string_view to) const;
  Result<Nothing> rename_unsynced(std::string_view from, std::string_view to) const;  // nor the parents it makes
  // Absent is no error.
  Result<Nothing> remove(std::string_view name) const;
  Result<Nothing> remove_folder(std::string_view name) const;  // with everything in it; absent is no error
  Result<Nothing> remove_empty(std::string_view name) const;   // a folder; one that holds something stays
  Result<Nothing> make_folder(std::string_view name) const;    // and its parents; there already is no error
  // The folder that holds `name`: its entries survive a power cut after this.
  Result<Nothing> sync_parent(std::string_view name) const;
  Result<Nothing> sync() const;
  Result<Nothing> sync_file(std::string_view name) const;
  // All that was written to the folder's file system, by whomever: one call instead of one for each of thousands.
  Result<Nothing> sync_everything() const;

  struct Entry {
    std::string name;  // relative to the folder, with '/'
    std::uint64_t bytes = 0;
    std::int64_t modified_ms = 0;
  };
  // Regular files below `name` ("" = all), sorted by name; links and other kinds are left out. A missing folder is empty.
  Result<std::vector<Entry>> list(std::string_view name) const;
  Result<std::uint64_t> free_bytes() const;

 private:
  Result<Nothing> make_folder(std::string_view name, bool is_synced) const;
  Result<Nothing> write(std::string_view name, std::string_view bytes, bool replace, bool is_synced) const;
  Result<Nothing> rename(std::string_view from, std::string_view to, bool is_synced) const;
  explicit Folder(int descriptor, std::string path);
  class Opened;
  class Parent;
  Parent parent(std::string_view name) const;
  int open_file(std::string_view name, int flags, unsigned mode) const;
  void forget(std::string_view name) const;
  int descriptor_ = -1;
  std::string path_;
  std::unique_ptr<Opened> opened_;
};

// The error of a failed call with errno `error`; `what` says which, without a path of the machine in front.
Error io_error(std::string_view what, int error);

}  // namespace backstay::plugin::fs
