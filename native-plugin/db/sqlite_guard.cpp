#include "native-plugin/db/sqlite_guard.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "core/base/ascii.hpp"

namespace backstay::db {

namespace {

// Settings that would weaken durability, checks or this guard when given a value. Asking for them is fine.
constexpr std::array<std::string_view, 14> settings_of_ours = {
    "writable_schema", "journal_mode",        "synchronous",         "locking_mode", "trusted_schema",
    "ignore_check_constraints", "fullfsync",  "checkpoint_fullfsync", "temp_store_directory", "data_store_directory",
    "hard_heap_limit", "mmap_size",           "key",                 "rekey"};

bool is_off(std::string_view value) { return value == "0" || value == "off" || value == "no" || value == "false"; }

}  // namespace

void SqliteGuard::watch(sqlite3* db) { sqlite3_set_authorizer(db, &SqliteGuard::ask, this); }

void SqliteGuard::script_begins(bool transaction_control, bool in_transaction) {
  script_ = true;
  transaction_control_ = transaction_control;
  in_transaction_ = in_transaction;
  forget();
}

int SqliteGuard::ask(void* self, int action, const char* a, const char* b, const char*, const char*) {
  auto& guard = *static_cast<SqliteGuard*>(self);
  return guard.script_ ? guard.judge(action, a, b) : SQLITE_OK;
}

int SqliteGuard::deny(std::string reason) {
  denial_ = std::move(reason);
  return SQLITE_DENY;
}

int SqliteGuard::pragma(const char* name, const char* value) {
  if (!value) return SQLITE_OK;
  const std::string setting = lowered(name ? name : ""), wanted = lowered(value);
  if (std::find(settings_of_ours.begin(), settings_of_ours.end(), setting) != settings_of_ours.end()) {
    return deny("a script may not set PRAGMA " + setting);
  }
  // SQLite ignores it without a word inside a transaction; a script that counts on it would lose rows to cascades.
  if (setting == "foreign_keys" && is_off(wanted) && in_transaction_) {
    return deny("PRAGMA foreign_keys = " + wanted + " has no effect inside a transaction");
  }
  return SQLITE_OK;
}

int SqliteGuard::judge(int action, const char* a, const char* b) {
  switch (action) {
    case SQLITE_ATTACH: return deny("a script may not attach another database file");
    case SQLITE_DETACH: return deny("a script may not detach a database");
    case SQLITE_PRAGMA: return pragma(a, b);
    case SQLITE_FUNCTION:
      if (lowered(b ? b : "") == "load_extension") return deny("a script may not load extensions");
      return SQLITE_OK;
    case SQLITE_TRANSACTION:
      if (transaction_control_ || !in_transaction_) return SQLITE_OK;
      denied_transaction_ = true;
      return deny("the script runs " + std::string(a ? a : "a transaction statement") +
                  " inside the transaction of this apply");
    case SQLITE_SAVEPOINT:
      if (b && std::string_view(b).starts_with("backstay_")) return deny("savepoints named backstay_... are not the script's");
      return SQLITE_OK;
    default: return SQLITE_OK;
  }
}

}  // namespace backstay::db
