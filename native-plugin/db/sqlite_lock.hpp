// The session lock for SQLite: a locked file beside the database. SQLite's own locks last as long as a transaction;
// an apply in several transactions needs one that lasts as long as the session.
#pragma once

#include <chrono>
#include <string>

namespace backstay::db {

// Ends with the process, so that nobody has to clear it by hand.
class SqliteSessionLock {
 public:
  SqliteSessionLock() = default;
  SqliteSessionLock(const SqliteSessionLock&) = delete;
  SqliteSessionLock& operator=(const SqliteSessionLock&) = delete;
  ~SqliteSessionLock() { release(); }

  enum class Answer { held, busy, failed };
  // `file`: PATH-backstay-lock. failed: errno tells why.
  Answer acquire(const std::string& file, std::chrono::milliseconds wait);
  void release();
  bool held() const { return descriptor_ >= 0; }

 private:
  Answer try_once(const std::string& file);
  int descriptor_ = -1;
  std::string file_;
};

// Whether this process has the file behind `path` open other than through this driver: closing that descriptor
// would drop our locks (plugin.md 4.5). Linux; elsewhere nobody can tell, and the answer is no.
bool opened_elsewhere(const std::string& path);

// Counts our own sessions on a file, so that opened_elsewhere does not mean them.
void note_opened(const std::string& path);
void note_closed(const std::string& path);

}  // namespace backstay::db
