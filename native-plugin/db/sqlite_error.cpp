#include "native-plugin/db/sqlite_error.hpp"

#include <sqlite3.h>

#include <string_view>

namespace backstay::db {

namespace {

std::string_view constraint_state(int code) {
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: return "23505";
    case SQLITE_CONSTRAINT_FOREIGNKEY: return "23503";
    case SQLITE_CONSTRAINT_NOTNULL: return "23502";
    case SQLITE_CONSTRAINT_CHECK: return "23514";
    case SQLITE_CONSTRAINT_TRIGGER: return "P0001";
    default: return "23000";
  }
}

// SQLITE_ERROR has one code for everything; its texts have been the same since version 3.0.
std::string_view statement_state(std::string_view message) {
  const auto has = [&](std::string_view part) { return message.find(part) != std::string_view::npos; };
  if (has("syntax error") || has("incomplete input") || has("unrecognized token")) return "42601";
  if (has("no such table") || has("no such view") || has("no such index") || has("no such trigger")) return "42P01";
  if (has("no such column") || has("has no column")) return "42703";
  if (has("no such function")) return "42883";
  if (has("already exists")) return "42P07";
  if (has("within a transaction") || has("no transaction is active")) return "25001";
  return "42000";
}

struct Class {
  Fault fault;
  std::string_view sqlstate;
};

Class class_of(int code, std::string_view message) {
  switch (code & 0xFF) {
    case SQLITE_CONSTRAINT: return {Fault::statement, constraint_state(code)};
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {Fault::busy, "55P03"};
    case SQLITE_INTERRUPT: return {Fault::cancelled, "57014"};
    case SQLITE_FULL: return {Fault::full, "53100"};
    case SQLITE_IOERR: return {Fault::lost, "58030"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return {Fault::damaged, "XX001"};
    case SQLITE_AUTH:
    case SQLITE_PERM: return {Fault::denied, "42501"};
    case SQLITE_READONLY: return {Fault::denied, "25006"};
    case SQLITE_CANTOPEN: return {Fault::connect, "58030"};
    case SQLITE_NOMEM: return {Fault::limit, "53200"};
    case SQLITE_TOOBIG: return {Fault::limit, "54000"};
    default: return {Fault::statement, statement_state(message)};
  }
}

}  // namespace

DbError sqlite_error(sqlite3* db, int code) {
  DbError error;
  error.native = code;
  error.message = db ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  // "UNIQUE constraint failed: t.a": names of columns and constraints, never values.
  constexpr std::string_view failed = "constraint failed: ";
  const Class found = class_of(code, error.message);
  error.fault = found.fault;
  error.sqlstate = found.sqlstate;
  if (const auto at = error.message.find(failed); at != std::string::npos) error.constraint = error.message.substr(at + failed.size());
  // SQLITE_IOERR with a full disk behind it says so in its system error number only.
  return error;
}

}  // namespace backstay::db
