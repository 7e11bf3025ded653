// What the core asks for while it applies, restores, recovers or rehearses, and what comes back. The
// host does one request at a time: natively with a driver and synced files, in a browser with promises.
// Natively these are plain structs, no text is built for a step; request_json.hpp is for the browser.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/apply/database.hpp"

namespace backstay::apply {

enum class RequestKind : std::uint8_t {
  read_content,    // the bytes of content `name` of the delivery, as `document`
  // Journal and backups.
  journal,         // append a record: `name` = state, `step`, `text` = JSON payload; synced when `durable`
  backup,          // write, seal, verify and list the backup of `backup`
  read_backup,     // verify backup `name`; answers its manifest as `document`
  read_entry,      // the bytes of entry `text` of backup `name`, as `document`
  add_to_backup,   // entries of `backup` as the sealed second part of backup `name`; `capture`: with the rows captured, PostgreSQL: by the routines of `sql`
  // The target database; one session from `lock` to `unlock`.
  lock,            // session lock within `timeout_ms`; answers busy when another session has it
  unlock,
  begin, commit, rollback,
  savepoint, release, rollback_to,  // `name`
  run_script,      // `sql`, or the content `name` of the delivery; stops at its first error, whose place comes back
  execute,         // `sql`, a statement of our own, with `values`
  read_rows,       // the same; answers `rows`
  undo_capture,    // SQLite: take back the recorded changes of operation `name`, conflicts kept; answers them. `steps`, `tables`: only those
  bring_captures,  // PostgreSQL: what was captured comes out of backup `text` into the target, as it lay there
  snapshot,        // of the target (core/schema), as `document`; `text` = "schema" or "data" (both) for digests, "document" for schema::snapshot_json
  restore_copy,    // SQLite: put back the full copy in backup `name`
  // The configuration store.
  read_store,      // whether the keys of `changes` are what they say; `text` = "digests": {KEY: SHA-256 or null} as `document`
  stage,           // make the contents of `changes` durable beside the store, for operation `name`
  switch_store,    // put what was staged in place
  revert_store,    // put back what the switch replaced; also when it was half done
  settle_store,    // forget both, the operation is decided
  // The environment around it.
  check_jobs,      // answers busy with the list when a blocking job runs
  enter_maintenance, leave_maintenance,  // `text` = JSON for the host
  check_window,    // answers outside_window when `timeout_ms` more do not fit; `name` = "begun": something is committed already
  call_host,       // a change that only the host can make, `text`; durable when it answers, `document` = what undo needs
  undo_host,       // takes `step` of operation `name` back; of one that never happened, or again: ok
  verify,          // the host's check that the system works; `text` = JSON
  notify,          // `name` = event, `text` = JSON
  progress,        // `name` = phase, `done` of `total`
  done,            // the conversation is over; `text` = JSON of the outcome
};
std::string_view to_string(RequestKind kind);  // "journal", "read-backup", ...
// Of the session between lock and unlock.
bool is_of_database(RequestKind kind);

// A change of one element of the configuration store.
struct StoreChange {
  std::string key;
  bool is_removal = false;
  std::string sha256;          // of what is written; empty when not known
  std::string content;         // key of a content of the delivery (source.hpp), or
  std::string backup_entry;    // an entry of the backup `name`
};

struct BackupEntry {
  std::string name;
  std::string_view content;
};

// What a backup holds beside the previous contents of the elements that the host reads itself.
struct BackupContent {
  std::string manifest;               // JSON object without "entries": the writer adds those and the element list
  std::vector<std::string> elements;  // keys whose present content is kept, or noted as absent
  std::vector<BackupEntry> entries;
  bool with_full_copy = false;        // SQLite: db/main.sqlite
};

struct Request {
  RequestKind kind = RequestKind::done;
  std::string name, step, text;
  std::string_view sql;        // valid until the next request is asked for
  std::vector<db::Value> values;
  std::vector<StoreChange> changes;
  std::vector<std::string> steps, tables;
  BackupContent backup;
  std::uint64_t done = 0, total = 0;
  std::uint32_t timeout_ms = 0;
  bool durable = false;
  bool is_outside_transaction = false;  // run_script: it may begin and end transactions itself
  bool capture = false;                 // run_script, SQLite: the rows it changes are recorded for `name` of the operation, `step`
};

enum class Outcome : std::uint8_t {
  ok,
  failed,          // the request was refused or went wrong; nothing says that it can be repeated
  busy,            // somebody else's lock, or a blocking job
  outside_window,
  cancelled,       // the host asked to stop while this ran
  lost,            // the connection is gone: whether the last commit happened is not known
  transaction_ended,  // a script ended the transaction it ran in
  unsupported,
  damaged,         // a backup or journal that does not hold what was sealed
  no_space,
};
std::string_view to_string(Outcome outcome);

// Why, for people and programs. Values of rows are never in here.
struct Problem {
  std::string code;       // "db", "io", "jobs", "lock", ...
  std::string message;    // one sentence
  std::string sqlstate, hint, context;
  std::int64_t native = 0;
  std::string file;       // inside the input
  std::uint32_t line = 0, column = 0;  // from 1; 0: no place
  std::uint64_t offset = 0;            // bytes in the script
};

struct Answer {
  Outcome outcome = Outcome::ok;
  Problem problem;                       // when not ok
  db::Rows rows;                         // rows.affected: rows changed by execute
  std::string document;
};

}  // namespace backstay::apply
