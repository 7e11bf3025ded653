// What a package's script may not do on SQLite: leave the database file, weaken it, or end our transaction.
#pragma once

#include <string>

struct sqlite3;

namespace backstay::db {

// The authoriser of one session. Denies only while a script runs; statements of ours pass.
class SqliteGuard {
 public:
  void watch(sqlite3* db);

  // For the length of one script.
  void script_begins(bool transaction_control, bool in_transaction);
  void script_ends() { script_ = false; }

  // Why the last statement was denied; empty when it was not.
  const std::string& denial() const { return denial_; }
  bool denied_transaction() const { return denied_transaction_; }
  void forget() { denial_.clear(), denied_transaction_ = false; }

 private:
  static int ask(void* self, int action, const char* a, const char* b, const char* database, const char* trigger);
  int judge(int action, const char* a, const char* b);
  int deny(std::string reason);
  int pragma(const char* name, const char* value);

  bool script_ = false, transaction_control_ = false, in_transaction_ = false;
  bool denied_transaction_ = false;
  std::string denial_;
};

}  // namespace backstay::db
