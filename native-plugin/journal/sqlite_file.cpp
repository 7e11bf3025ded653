#include "native-plugin/journal/sqlite_file.hpp"

#include <sqlite3.h>

#include <utility>

#include "native-plugin/fs/faults.hpp"

namespace backstay::plugin {

Statement::Statement(SqliteFile& file, std::string_view sql) : file_(file) {
  if (sqlite3_prepare_v2(file.get(), sql.data(), static_cast<int>(sql.size()), &statement_, nullptr) != SQLITE_OK) {
    statement_ = nullptr;  // step() tells
  }
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::bind(std::string_view text) {
  sqlite3_bind_text64(statement_, ++bound_, text.data() ? text.data() : "", text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind(std::int64_t number) {
  sqlite3_bind_int64(statement_, ++bound_, number);
  return *this;
}

Result<bool> Statement::step() {
  if (!statement_) return file_.error("the journal");
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return file_.error("the journal");
}

Result<Nothing> Statement::run() {
  for (;;) {
    auto more = step();
    if (!more.ok()) return more.error();
    if (!more.value()) return Nothing{};
  }
}

std::string Statement::text(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  return bytes ? std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)))
               : std::string();
}

std::int64_t Statement::number(int column) const { return sqlite3_column_int64(statement_, column); }

SqliteFile& SqliteFile::operator=(SqliteFile&& other) noexcept {
  std::swap(db_, other.db_);
  return *this;
}

SqliteFile::~SqliteFile() { sqlite3_close(db_); }

Result<SqliteFile> SqliteFile::open(const std::string& path, bool read_only) {
  SqliteFile file;
  const int flags = read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  if (sqlite3_open_v2(path.c_str(), &file.db_, flags | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_PRIVATECACHE, nullptr) != SQLITE_OK) {
    return file.error("opening the journal");
  }
  sqlite3_extended_result_codes(file.db_, 1);
  sqlite3_busy_timeout(file.db_, 5000);
  if (!read_only) {
    const char* sync = faults::is_broken("no-journal-sync") ? "PRAGMA synchronous=OFF" : "PRAGMA synchronous=FULL";
    for (const char* sql : {"PRAGMA journal_mode=WAL", sync, "PRAGMA trusted_schema=OFF", "PRAGMA cell_size_check=ON"}) {
      if (auto set = file.execute(sql); !set.ok()) return set.error();
    }
  }
  return file;
}

Result<Nothing> SqliteFile::execute(const char* sql) {
  if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return error("the journal");
  return Nothing{};
}

Error SqliteFile::error(std::string_view what) const {
  const int code = db_ ? sqlite3_errcode(db_) & 0xff : SQLITE_NOMEM;
  ErrorCode kind = ErrorCode::unreadable;
  if (code == SQLITE_FULL) kind = ErrorCode::limit_exceeded;
  if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) kind = ErrorCode::malformed;
  return {kind, {}, std::string(what) + ": " + (db_ ? sqlite3_errmsg(db_) : "no memory")};
}

}  // namespace backstay::plugin
