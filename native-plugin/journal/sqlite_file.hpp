// A SQLite database of our own: the journal. The target of an apply is none of these, drivers open it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace backstay::plugin {

class SqliteFile;

// One statement, from the first bind to the last step. Not to be kept longer than its file.
class Statement {
 public:
  Statement(SqliteFile& file, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(std::string_view text);
  Statement& bind(std::int64_t number);
  // True with a row, false at the end. Errors: limit_exceeded (disk full), unreadable.
  Result<bool> step();
  Result<Nothing> run();  // to its end
  std::string text(int column) const;
  std::int64_t number(int column) const;

 private:
  SqliteFile& file_;
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
};

class SqliteFile {
 public:
  SqliteFile() = default;
  SqliteFile(SqliteFile&& other) noexcept : db_(other.db_) { other.db_ = nullptr; }
  SqliteFile& operator=(SqliteFile&& other) noexcept;
  SqliteFile(const SqliteFile&) = delete;
  SqliteFile& operator=(const SqliteFile&) = delete;
  ~SqliteFile();

  // WAL with synchronous=FULL: what was committed survives a power cut.
  static Result<SqliteFile> open(const std::string& path, bool read_only);
  Result<Nothing> execute(const char* sql);
  Error error(std::string_view what) const;
  sqlite3* get() const { return db_; }

 private:
  sqlite3* db_ = nullptr;
};

}  // namespace backstay::plugin
