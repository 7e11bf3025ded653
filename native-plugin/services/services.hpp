// What an engine needs from the system it works for: the host's callbacks, or what stands in for them.
//
// One abstract class per group of the C interface (include/backstay/plugin.h). abi/ wraps the host's
// tables into these classes; a group that the host leaves out is null here until add_built_ins()
// (built_in.hpp) fills it in. Nothing below is called from any thread but the one that runs the
// operation, except LentDatabase::cancel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "native-plugin/include/backstay/plugin.h"

namespace backstay::plugin {

// How a service answered. Exactly the rule of the C interface: above 0 is success, 0 ("nobody
// answered") and below are failures. A host's exception, missing member, broken JSON or bad UTF-8
// arrives here as BACKSTAY_E_HOST with a message that names the callback.
struct [[nodiscard]] Answered {
  backstay_status status = BACKSTAY_OK;
  std::string message;  // one lower-case sentence, no final stop; empty on success
  bool ok() const { return status > 0; }
};

enum class LogLevel : std::uint8_t { error = 1, warning = 2, info = 3, debug = 4, trace = 5 };

// Never fails and may be called at any time inside an operation. What arrives here went through
// redacted() (redact.hpp); row values and script text only at trace, and only when asked for.
class Log {
 public:
  virtual ~Log() = default;
  // `event` is a short stable id ("apply.step"), `json` one object.
  virtual void log(LogLevel level, std::string_view event, std::string_view json) = 0;
  // At most ten calls a second reach the host, always one at the start and the end of a phase; callers
  // need not count. total 0: not known.
  virtual void progress(std::string_view phase, std::uint64_t done, std::uint64_t total, std::string_view text) = 0;
};

struct StoredElement {
  std::string key;      // relative path with '/'
  std::string sha256;   // lower-case hex of the content; empty when the store does not know it
  std::uint64_t size_bytes = 0;
};

// The configuration elements of the target: schemas, pages, scripts.
class ElementStore {
 public:
  virtual ~ElementStore() = default;
  virtual std::string_view name() const = 0;  // "directory" or "host", for reports
  // begin .. commit is all or nothing.
  virtual bool is_atomic() const = 0;
  // Elements live in the target database, so its transaction and its witnesses cover them.
  virtual bool is_in_database() const = 0;

  virtual Answered list(std::string_view prefix, std::vector<StoredElement>& elements) = 0;
  // `found` is false, and the answer a success, for a key that is not there.
  virtual Answered read(std::string_view key, std::string& content, bool& found) = 0;
  // Between begin and commit nothing that put and remove do may be visible to read and list.
  virtual Answered begin(std::string_view op_id) = 0;
  virtual Answered put(std::string_view key, std::string_view content) = 0;
  virtual Answered remove(std::string_view key) = 0;  // of a key that is not there: success
  virtual Answered commit(std::string_view op_id) = 0;  // durable when it answers; repeating it is a success
  virtual Answered abort(std::string_view op_id) = 0;   // repeating it, or without begin: success
  // The witness: has commit(op_id) happened, also in an earlier process.
  virtual Answered committed(std::string_view op_id, bool& yes) = 0;
};

struct Job {
  std::string id, kind, table, started_at, by;
  std::uint64_t done = 0, total = 0;
  bool blocks = false;  // given by the host, else true for import, bulk_update, restore and promotion
};

// "Is a long-running import adding data?"
class Jobs {
 public:
  virtual ~Jobs() = default;
  virtual std::string_view name() const = 0;  // "host" or "files"
  // `checked` false: there is nobody who would know. A report says "not checked" then, never "none".
  virtual Answered running(std::vector<Job>& jobs, bool& checked) = 0;
  // Queue new jobs while the environment is locked; optional for a host, success when it has none.
  virtual Answered hold_new(bool hold) = 0;
};

// Locks users out while offline edits go on.
class Maintenance {
 public:
  virtual ~Maintenance() = default;
  virtual std::string_view name() const = 0;  // "host" or "file"
  // Entering twice with one op_id is a success; while another holds it: BACKSTAY_E_LOCKED.
  virtual Answered enter(std::string_view op_id, std::string_view json) = 0;
  // Durable when it answers; leaving when it is not held is a success.
  virtual Answered leave(std::string_view op_id, std::string_view json) = 0;
  virtual Answered holder(std::string& op_id) = 0;  // empty: nobody
};

// Sends what the outbox holds; at least once, receivers drop repeats by the event id.
class Notifier {
 public:
  virtual ~Notifier() = default;
  virtual Answered notify(std::string_view event_id, std::string_view json) = 0;
};

// "Is it really serving?" after the built-in checks.
class Verifier {
 public:
  virtual ~Verifier() = default;
  // Success: working. BACKSTAY_E_CONFLICT and other failures: not working, `report` (JSON) says why.
  virtual Answered verify(std::string_view op_id, std::string_view json, std::string& report) = 0;
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::int64_t now_ms() = 0;        // UTC, milliseconds since 1970; may jump
  virtual std::int64_t monotonic_ms() = 0;  // for durations; never the host's
  virtual Answered random(void* out, std::size_t size) = 0;
};

// The host lends its own connection instead of naming a database.
class LentDatabase {
 public:
  virtual ~LentDatabase() = default;
  virtual std::uint32_t dialect() const = 0;  // BACKSTAY_DB_*
  virtual bool can_exec() const = 0;  // false: the host only offers restore_all
  virtual bool can_restore_all() const = 0;
  virtual Answered exec(std::string_view sql, std::uint32_t timeout_ms, std::string& result_json_lines) = 0;
  virtual Answered begin() = 0;
  virtual Answered commit() = 0;
  virtual Answered roll_back() = 0;
  virtual Answered in_transaction(bool& yes) = 0;
  virtual Answered cancel() = 0;  // any thread
  // The last line of defence: put the whole database back. `json` names which backup is meant.
  virtual Answered restore_all(std::string_view json) = 0;
};

// Changes that only the host can make: the steps of a promotion. `json` is described in plugin.h.
class Changes {
 public:
  virtual ~Changes() = default;
  // Durable when it answers, and a success when it is repeated. `previous`: what undo needs, one JSON object or "".
  virtual Answered apply(std::string_view op_id, std::string_view step_id, std::string_view json, std::string& previous) = 0;
  virtual Answered undo(std::string_view op_id, std::string_view step_id, std::string_view json) = 0;
};

// Everything together; owned by the engine. Null: the host has no such group.
struct Services {
  std::unique_ptr<Log> log;
  std::unique_ptr<ElementStore> store;
  std::unique_ptr<Jobs> jobs;
  std::unique_ptr<Maintenance> maintenance;
  std::unique_ptr<Notifier> notifier;
  std::unique_ptr<Verifier> verifier;
  std::unique_ptr<Clock> clock;
  std::unique_ptr<LentDatabase> database;
  std::unique_ptr<Changes> changes;
};

}  // namespace backstay::plugin
