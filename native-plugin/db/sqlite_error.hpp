// SQLite's result codes in the words of db::DbError.
#pragma once

#include "core/apply/database.hpp"

struct sqlite3;

namespace backstay::db {

// `code`: extended result code. `db` may be nullptr; then SQLite's general text for the code is taken.
DbError sqlite_error(sqlite3* db, int code);

}  // namespace backstay::db
