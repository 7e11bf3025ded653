// Copies of a SQLite database: for backups and rehearsals, through SQLite's backup interface only (plugin.md 4.5).
#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "native-plugin/db/fault.hpp"
#include "native-plugin/db/sqlite.hpp"
#include "native-plugin/db/sqlite_error.hpp"

namespace backstay::db {

namespace {

constexpr std::string_view scratch_prefix = "backstay_scratch_";
constexpr int pages_at_once = 512;  // between two looks at cancel()

DbError file_error(const std::string& what) {
  DbError error;
  error.fault = errno == ENOSPC ? Fault::full : Fault::denied;
  error.sqlstate = "58030";
  error.native = errno;
  error.message = what + ": " + std::strerror(errno);
  return error;
}

void remove_with_companions(const std::string& path) {
  for (const char* ending : {"", "-wal", "-shm", "-journal", "-backstay-lock"}) ::unlink((path + ending).c_str());
}

bool is_scratch(std::string_view name) {
  constexpr std::string_view ending = ".sqlite";
  return name.starts_with(scratch_prefix) && name.ends_with(ending);
}

}  // namespace

DbResult<Done> SqliteDriver::backup_file(const std::string& path) {
  if (auto error = begin_call("copy")) return *error;
  const int made = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (made < 0) return file_error("cannot make \"" + path + "\"");
  ::close(made);
  sqlite3* target = nullptr;
  int code = sqlite3_open_v2(path.c_str(), &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  if (code == SQLITE_OK) {
    sqlite3_backup* backup = sqlite3_backup_init(target, "main", db_, "main");
    code = backup ? SQLITE_OK : sqlite3_extended_errcode(target);
    while (backup && (code = sqlite3_backup_step(backup, pages_at_once)) == SQLITE_OK) {
      if (cancel_asked_.load(std::memory_order_relaxed)) {
        code = SQLITE_INTERRUPT;
        break;
      }
    }
    if (backup) sqlite3_backup_finish(backup);
  }
  if (code == SQLITE_DONE) code = SQLITE_OK;
  // One file: a copy of a WAL database would otherwise want companions when it is opened read-only.
  if (code == SQLITE_OK) code = sqlite3_exec(target, "PRAGMA journal_mode = DELETE", nullptr, nullptr, nullptr);
  const std::optional<DbError> error = code == SQLITE_OK ? std::nullopt : std::optional<DbError>(sqlite_error(nullptr, code));
  sqlite3_close_v2(target);
  if (!error) return Done{};
  remove_with_companions(path);
  return *error;
}

DbResult<Done> SqliteDriver::restore_file(const std::string& path) {
  if (auto error = begin_call("restore")) return *error;
  if (sqlite3_get_autocommit(db_) == 0) {
    DbError error;
    error.fault = Fault::unsupported;
    error.sqlstate = "25001";
    error.message = "a database cannot be replaced inside a transaction";
    return error;
  }
  sqlite3* source = nullptr;
  int code = sqlite3_open_v2(path.c_str(), &source, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  // The copy is read before the target is touched: what is no database ends here.
  if (code == SQLITE_OK) code = sqlite3_exec(source, "SELECT count(*) FROM sqlite_schema", nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) {
    sqlite3_backup* backup = sqlite3_backup_init(db_, "main", source, "main");
    if (!backup) {
      code = sqlite3_extended_errcode(db_);
    } else {
      // All pages in one step are one transaction; the busy handler is not asked for the target, so we wait here.
      const auto deadline = std::chrono::steady_clock::now() + lock_timeout_;
      while ((code = sqlite3_backup_step(backup, -1)) == SQLITE_BUSY || code == SQLITE_LOCKED) {
        if (std::chrono::steady_clock::now() >= deadline || cancel_asked_.load(std::memory_order_relaxed)) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
      const int finished = sqlite3_backup_finish(backup);
      if (code == SQLITE_DONE) code = finished;
    }
  }
  const std::optional<DbError> error = code == SQLITE_OK ? std::nullopt : std::optional<DbError>(sqlite_error(nullptr, code));
  sqlite3_close_v2(source);
  if (error) return note_lost(*error);
  if (auto fault = fault_at("committed")) return note_lost(*fault);
  return Done{};
}

DbResult<Scratch> SqliteDriver::copy_to_scratch(const ScratchOptions& options) {
  if (options.mode != ScratchMode::copy) {
    DbError error;
    error.fault = Fault::unsupported;
    error.sqlstate = "0A000";
    error.message = "SQLite is rehearsed on a copy";
    return error;
  }
  Scratch scratch;
  scratch.name = options.folder + "/" + std::string(scratch_prefix) + options.op_id + ".sqlite";
  scratch.url = "sqlite:" + scratch.name;
  remove_with_companions(scratch.name);  // of an earlier try with the same operation
  auto copied = backup_file(scratch.name);
  if (!copied.ok()) return copied.error();
  return scratch;
}

DbResult<Done> SqliteDriver::drop_scratch(std::string_view name) {
  const auto slash = name.rfind('/');
  if (!is_scratch(slash == std::string_view::npos ? name : name.substr(slash + 1))) {
    errno = EINVAL;
    return file_error("\"" + std::string(name) + "\" is no scratch copy");
  }
  remove_with_companions(std::string(name));
  return Done{};
}

DbResult<std::vector<std::string>> SqliteDriver::list_scratch(std::string_view folder) {
  std::vector<std::string> found;
  DIR* listing = ::opendir(std::string(folder).c_str());
  if (!listing) {
    if (errno == ENOENT) return found;
    return file_error("cannot list \"" + std::string(folder) + "\"");
  }
  while (const dirent* entry = ::readdir(listing)) {
    if (is_scratch(entry->d_name)) found.push_back(std::string(folder) + "/" + entry->d_name);
  }
  ::closedir(listing);
  return found;
}

}  // namespace backstay::db
