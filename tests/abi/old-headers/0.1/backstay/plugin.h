/* The C interface of the Backstay plugin: what a CRM loads to apply packages and to go back.
 *
 * One exported function, backstay_negotiate, gives a table of functions; the host hands in tables of
 * its own. Everything else crosses as JSON documents. This file is the contract; ../README.md tells how
 * to use it, ../../../tests/abi holds it.
 *
 * RULES THAT HOLD FOR EVERY MEMBER
 *
 * Versions. abi_major has to be equal; while it is 0, abi_minor too. A minor version only adds
 * members at the end of structs and new values of string keys; nothing changes its meaning or type.
 *
 * struct_size. Every struct begins with it; the side that owns the memory fills it with
 * sizeof(struct) as it was compiled. The other side uses a member only when struct_size covers it whole
 * (BACKSTAY_HAS). Larger sizes than known are accepted. A struct smaller than the fields that every
 * version has is refused with BACKSTAY_E_ABI.
 *
 * Status. Above 0 success, below 0 an error, and 0 ("nobody answered") is an error too: language
 * bridges turn an exception inside a callback into 0, so 0 must never mean yes. A callback that answers
 * 0, or a number that is no status, counts as BACKSTAY_E_HOST. Out parameters are touched only on
 * success, except `problem`.
 *
 * Text is UTF-8: pointer and length, or ends with NUL where no length stands beside it. A length of
 * SIZE_MAX means "ends with NUL". Text from a host that is not UTF-8 gives BACKSTAY_E_ARG (an argument)
 * or BACKSTAY_E_HOST (an answer). Paths are UTF-8 on every system.
 *
 * Input memory is borrowed for the length of the call; both sides copy what they keep. Exceptions: host
 * tables and their ctx stay valid and unchanged until engine_close has returned.
 *
 * Output memory. Plugin to host: a backstay_buf, freed with buf_release. Host to plugin: the callback
 * writes into the backstay_sink it is given, in as many pieces as it likes; the sink is valid until the
 * callback returns. No allocator crosses.
 *
 * Exceptions. None may cross, in either direction. The plugin lets none out, and turns a C++ exception
 * out of a callback into BACKSTAY_E_HOST. A managed exception or longjmp that leaves through the plugin's
 * frames skips their clean-up: the operation is then poisoned, answers BACKSTAY_E_POISONED to everything but
 * op_status, op_cancel and op_free, and so does its engine but for engine_close; the environment has to be
 * recovered by a new engine, as after a crash. Bindings wrap every callback in a catch-all.
 *
 * Re-entrancy. Inside a callback only op_cancel, op_status, buf_*, status_name and sink->write may be
 * called; everything else gives BACKSTAY_E_REENTRANT.
 *
 * Threads. The plugin starts none. engine_* and query: any thread, serialised inside. An operation is run
 * by one thread at a time. Callbacks come only on the thread that is inside engine_open, op_new,
 * op_run, query or engine_close (host_db.cancel alone comes on the thread that called op_cancel).
 * After fork(), a child may only exec.
 *
 * Process. The plugin calls no setlocale, signal, chdir, umask, setenv or exit, and prints nothing.
 */
#ifndef BACKSTAY_PLUGIN_H
#define BACKSTAY_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define BACKSTAY_CALL __cdecl
#ifdef BACKSTAY_BUILDING
#define BACKSTAY_EXPORT __declspec(dllexport)
#else
#define BACKSTAY_EXPORT __declspec(dllimport)
#endif
#else
#define BACKSTAY_CALL
#define BACKSTAY_EXPORT __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define BACKSTAY_ABI_MAJOR 0u
#define BACKSTAY_ABI_MINOR 1u

/* ---- status ------------------------------------------------------------------------------------ */

typedef int32_t backstay_status;

enum {
  BACKSTAY_OK = 1,
  BACKSTAY_MORE = 2, /* success, and there is more to tell (the report has findings) */
  BACKSTAY_ABSENT = 3, /* success: there is no such thing */
  BACKSTAY_NO_ANSWER = 0,
  BACKSTAY_E_ARG = -1,         /* an argument: NULL, no UTF-8, no JSON, an unknown or missing member */
  BACKSTAY_E_ABI = -2,         /* a struct smaller than any version of it */
  BACKSTAY_E_STATE = -3,       /* not now: the engine is closed, the operation runs or has run */
  BACKSTAY_E_REENTRANT = -4,   /* called from inside a callback */
  BACKSTAY_E_POISONED = -5,    /* a callback never returned */
  BACKSTAY_E_NOMEM = -6,
  BACKSTAY_E_IO = -7,
  BACKSTAY_E_NOSPACE = -8,
  BACKSTAY_E_CANCELLED = -9,   /* by op_cancel; the environment is as it was */
  BACKSTAY_E_TIMEOUT = -10,
  BACKSTAY_E_HOST = -11,       /* a host callback failed, gave no answer or a senseless one */
  BACKSTAY_E_BUSY_JOB = -12,   /* a long-running import or job is active */
  BACKSTAY_E_LOCKED = -13,     /* another operation holds the environment */
  BACKSTAY_E_UNRECOVERED = -14,/* an earlier operation needs BACKSTAY_OP_RECOVER first */
  BACKSTAY_E_DRIFT = -15,      /* the environment changed since it was looked at */
  BACKSTAY_E_PACKAGE = -16,    /* an input could not be read or has no order */
  BACKSTAY_E_SIGNATURE = -17,
  BACKSTAY_E_BACKUP_BAD = -18, /* a backup is damaged; nothing was changed */
  BACKSTAY_E_BLOCKED = -19,    /* a risk or an error was not acknowledged; nothing was changed */
  BACKSTAY_E_SUSPENDED = -20,  /* the restore is suspended: a decision is needed */
  BACKSTAY_E_CONFLICT = -21,   /* rows or elements changed after the apply */
  BACKSTAY_E_DB = -22,
  BACKSTAY_E_DB_LOST = -23,
  BACKSTAY_E_UNSUPPORTED = -24,
  BACKSTAY_E_INTERNAL = -99
};

/* ---- memory ------------------------------------------------------------------------------------ */

/* A document of the plugin's, owned by the host until buf_release. */
typedef struct backstay_buf backstay_buf;

/* "Write your answer here." Filled by the plugin; write copies, and may be called several times. It
 * answers BACKSTAY_E_NOMEM or BACKSTAY_E_ARG (NULL with a size; more than 64 MiB together), after which the
 * answer counts as failed. [only inside the callback that was given it] */
typedef struct backstay_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void *impl;
  backstay_status(BACKSTAY_CALL *write)(void *impl, const void *data, size_t size);
} backstay_sink;

typedef struct backstay_engine backstay_engine; /* one environment, one state directory */
typedef struct backstay_op backstay_op;         /* one operation of an engine */

/* ---- the host's side -----------------------------------------------------------------------------
 * Nine groups, all optional: a NULL group selects the built-in. A group that is given has to be whole,
 * but for members marked optional: half a jobs table must not look like "no jobs", so a missing
 * member is BACKSTAY_E_HOST when it is needed. `ctx` comes back as the first argument, untouched. */

/* Absent: silence. Both members optional. What is logged never holds connection strings or
 * passwords; row values and script text only at level 5, and only with "log_sql": true. */
typedef struct backstay_host_log {
  uint32_t struct_size;
  uint32_t reserved;
  void *ctx;
  /* level 1 error, 2 warning, 3 info, 4 debug, 5 trace; event a stable id; json one object. */
  void(BACKSTAY_CALL *log)(void *ctx, int32_t level, const char *event, const char *json, size_t json_size);
  /* At most ten calls a second, and one at the start and the end of each phase. total 0: not known. */
  void(BACKSTAY_CALL *progress)(void *ctx, const char *phase, uint64_t done, uint64_t total, const char *text,
                                size_t text_size);
} backstay_host_log;

/* Configuration elements: schemas, pages, scripts. Absent: files below "store"."dir".
 * Keys are relative paths with '/', at most 4096 bytes. */
typedef struct backstay_host_store {
  uint32_t struct_size;
  uint32_t flags; /* BACKSTAY_STORE_* */
  void *ctx;
  /* One JSON object a line for every key that begins with the prefix: {"key", "sha256", "size"}. */
  backstay_status(BACKSTAY_CALL *list)(void *ctx, const char *prefix, size_t n, backstay_sink *json_lines);
  /* BACKSTAY_OK and the content; BACKSTAY_ABSENT and nothing when there is no such element. */
  backstay_status(BACKSTAY_CALL *read)(void *ctx, const char *key, size_t n, backstay_sink *content);
  /* Between begin and commit nothing that put and remove do may show in list and read. */
  backstay_status(BACKSTAY_CALL *begin)(void *ctx, const char *op_id);
  backstay_status(BACKSTAY_CALL *put)(void *ctx, const char *key, size_t n, const void *data, size_t size);
  backstay_status(BACKSTAY_CALL *remove)(void *ctx, const char *key, size_t n);
  /* Durable when it answers. Repeating commit, abort and remove is a success. */
  backstay_status(BACKSTAY_CALL *commit)(void *ctx, const char *op_id);
  backstay_status(BACKSTAY_CALL *abort)(void *ctx, const char *op_id);
  /* The witness: *yes = 1 when commit(op_id) has happened, also in an earlier process, else 0. */
  backstay_status(BACKSTAY_CALL *committed)(void *ctx, const char *op_id, int32_t *yes);
} backstay_host_store;

#define BACKSTAY_STORE_ATOMIC 1u /* begin .. commit is all or nothing */
#define BACKSTAY_STORE_IN_DB 2u  /* elements live in the target database */

/* "Is a long-running import adding data?" Absent: markers in state_dir/jobs. */
typedef struct backstay_host_jobs {
  uint32_t struct_size;
  uint32_t reserved;
  void *ctx;
  /* A JSON array, may be empty: [{"id", "kind", "table", "started_at", "by", "done", "total", "blocks"}].
   * kind: import, export, bulk_update, restore, backup, promotion, other. */
  backstay_status(BACKSTAY_CALL *running)(void *ctx, backstay_sink *json);
  /* Optional. 1: queue new jobs from now on; 0: let them start again. */
  backstay_status(BACKSTAY_CALL *hold_new)(void *ctx, int32_t hold);
} backstay_host_jobs;

/* Locks users out and lets offline edits continue. Absent: state_dir/maintenance.json exists meanwhile. */
typedef struct backstay_host_maint {
  uint32_t struct_size;
  uint32_t reserved;
  void *ctx;
  /* After success no interactive change reaches the target. Entering again with the same op_id is
   * a success; while another operation holds it: BACKSTAY_E_LOCKED. json: {"op_id", "reason", "starts_at",
   * "expected_end", "users", "offline_edits", "sync", "integrations"}. */
  backstay_status(BACKSTAY_CALL *enter)(void *ctx, const char *op_id, const char *json, size_t n);
  /* Durable when it answers. Leaving what is not held is a success. */
  backstay_status(BACKSTAY_CALL *leave)(void *ctx, const char *op_id, const char *json, size_t n);
  /* The op_id that holds it; an empty answer: nobody. Asked when an engine opens. */
  backstay_status(BACKSTAY_CALL *holder)(void *ctx, backstay_sink *op_id);
} backstay_host_maint;

/* Absent: files in state_dir/outbox wait for a mail tool. */
typedef struct backstay_host_notify {
  uint32_t struct_size;
  uint32_t reserved;
  void *ctx;
  /* Called at least once per event after the outbox entry is durable; drop repeats by event_id. A failure
   * never undoes anything: the entry stays queued. */
  backstay_status(BACKSTAY_CALL *notify)(void *ctx, const char *event_id, const char *json, size_t n);
} backstay_host_notify;

/* Compile, smoke test, "is it really serving?" Absent: the built-in checks alone. */
typedef struct backstay_host_verify {
  uint32_t struct_size;
  uint32_t reserved;
  void *ctx;
  /* Any failure undoes the apply. report: one JSON object, may be empty. */
  backstay_status(BACKSTAY_CALL *verify)(void *ctx, const char *op_id, const char *json, size_t n,
                                         backstay_sink *report);
} backstay_host_verify;

/* Replaced in tests, so that a run can be repeated. Absent: the system's. Both members optional. */
typedef struct backstay_host_clock {
  uint32_t struct_size;
  uint32_t reserved;
  void *ctx;
  /* UTC, milliseconds since 1970; a value <= 0 means: use the system's. */
  int64_t(BACKSTAY_CALL *now_ms)(void *ctx);
  /* Fills out with bytes nobody can guess. */
  backstay_status(BACKSTAY_CALL *random)(void *ctx, void *out, size_t size);
} backstay_host_clock;

/* The host lends its own connection. Absent: the driver that the URL in "database" names. This version of the
 * plugin uses restore_all only, and refuses a group with exec (BACKSTAY_E_UNSUPPORTED). */
typedef struct backstay_host_db {
  uint32_t struct_size;
  uint32_t dialect; /* BACKSTAY_DB_* */
  void *ctx;
  /* One statement. Result: one JSON object a line, {"columns": [...]} first, then {"row": [...]} each;
   * or {"affected": n}. timeout_ms 0: none. */
  backstay_status(BACKSTAY_CALL *exec)(void *ctx, const char *sql, size_t n, uint32_t timeout_ms,
                                       backstay_sink *result_json_lines);
  backstay_status(BACKSTAY_CALL *txn)(void *ctx, int32_t what); /* 1 begin, 2 commit, 3 roll back */
  backstay_status(BACKSTAY_CALL *in_txn)(void *ctx, int32_t *yes);
  backstay_status(BACKSTAY_CALL *cancel)(void *ctx); /* optional [any thread] */
  /* Optional: the last line of defence, puts the whole database back. May be given alone. */
  backstay_status(BACKSTAY_CALL *restore_all)(void *ctx, const char *json, size_t n);
} backstay_host_db;

/* Changes that only the host can make: the steps of a sandbox promotion (an app, a form, a role). Absent: they
 * are listed in the report as left to an administrator. */
typedef struct backstay_host_changes {
  uint32_t struct_size;
  uint32_t reserved;
  void *ctx;
  /* Makes one change, durably; json: {"action": "add"|"modify"|"delete", "resource_type", "resource_id",
   * "resource_name", "app_name", "before", "after"}. previous: one JSON object that undo will be given as "previous", may be
   * empty. Repeating a step_id of the same op_id is a success and changes nothing. */
  backstay_status(BACKSTAY_CALL *apply)(void *ctx, const char *op_id, const char *step_id, const char *json, size_t n,
                                        backstay_sink *previous);
  /* Takes it back, durably; json as above with "previous". Of a step that never happened, or again: a success. */
  backstay_status(BACKSTAY_CALL *undo)(void *ctx, const char *op_id, const char *step_id, const char *json, size_t n);
} backstay_host_changes;

enum { BACKSTAY_DB_SQLITE = 1, BACKSTAY_DB_POSTGRESQL = 2, BACKSTAY_DB_MSSQL = 3, BACKSTAY_DB_ORACLE = 4 };

typedef struct backstay_host {
  uint32_t struct_size;
  uint32_t abi_major; /* BACKSTAY_ABI_MAJOR, BACKSTAY_ABI_MINOR as compiled */
  uint32_t abi_minor;
  uint32_t reserved;
  const char *name; /* of the host, NUL ended, copied; NULL: not told */
  const char *version;
  const backstay_host_log *log;
  const backstay_host_store *store;
  const backstay_host_jobs *jobs;
  const backstay_host_maint *maint;
  const backstay_host_notify *notify;
  const backstay_host_verify *verify;
  const backstay_host_clock *clock;
  const backstay_host_db *db;
  const backstay_host_changes *changes;
} backstay_host;

/* ---- the plugin's side ------------------------------------------------------------------------- */

/* Kinds of operation; their parameters and reports are described in ../README.md. */
enum {
  BACKSTAY_OP_INSPECT = 1,  /* what the environment has: "backstay.environment/1" */
  BACKSTAY_OP_PREFLIGHT,    /* the report of `backstay check` against this environment */
  BACKSTAY_OP_REHEARSE,     /* apply and roll back on a scratch copy, and compare */
  BACKSTAY_OP_APPLY,
  BACKSTAY_OP_RESTORE,
  BACKSTAY_OP_RECOVER,      /* finish or undo what a crash interrupted; also takes decisions */
  BACKSTAY_OP_BACKUP,
  BACKSTAY_OP_VERIFY_BACKUP,
  BACKSTAY_OP_PRUNE,
  BACKSTAY_OP_UNINSTALL     /* run a package's UninstallApp scripts */
};

/* Where an operation stands. Up to 31 it goes forward, from 32 it goes back or has ended without effect. */
enum {
  BACKSTAY_ST_NEW = 1,
  BACKSTAY_ST_PREFLIGHTED = 2,
  BACKSTAY_ST_REHEARSED = 3,
  BACKSTAY_ST_WAITING = 4,
  BACKSTAY_ST_CLEARED = 5,
  BACKSTAY_ST_LOCKING = 6,
  BACKSTAY_ST_LOCKED = 7,
  BACKSTAY_ST_RECHECKED = 8,
  BACKSTAY_ST_BACKUP_OPEN = 9,
  BACKSTAY_ST_BACKED_UP = 10,
  BACKSTAY_ST_STEP_INTENT = 11,
  BACKSTAY_ST_STEP_DONE = 12,
  BACKSTAY_ST_VERIFYING = 13,
  BACKSTAY_ST_COMMITTED = 14,
  BACKSTAY_ST_EXPORTED = 15,
  BACKSTAY_ST_UNLOCKED = 16,
  BACKSTAY_ST_NOTIFIED = 17,
  BACKSTAY_ST_DONE = 18,
  BACKSTAY_ST_FAILED = 32,
  BACKSTAY_ST_SUSPENDED = 33, /* waits for a decision: BACKSTAY_OP_RECOVER with "decision" */
  BACKSTAY_ST_RESTORING = 34,
  BACKSTAY_ST_UNDO_INTENT = 35,
  BACKSTAY_ST_UNDO_DONE = 36,
  BACKSTAY_ST_RESTORED = 37,
  BACKSTAY_ST_ROLLED_BACK = 38, /* ended; the environment is as before */
  BACKSTAY_ST_RESTORE_FAILED = 39, /* waits for a decision */
  BACKSTAY_ST_ABANDONED = 40 /* ended before anything was changed */
};

typedef struct backstay_op_status {
  uint32_t struct_size; /* filled by the caller */
  int32_t state;        /* BACKSTAY_ST_* */
  uint32_t step, steps; /* step counts from 1; both 0 before the plan is known */
  int32_t cancel_asked; /* 1 after op_cancel */
  backstay_status result; /* of op_run; BACKSTAY_NO_ANSWER until it has returned */
  char op_id[40];       /* UUID text, NUL ended */
} backstay_op_status;

typedef struct backstay_api {
  uint32_t struct_size;
  uint32_t abi_major;
  uint32_t abi_minor;
  uint32_t reserved;

  /* Opens an environment. host may be NULL: everything built in. config_json is one object:
   * {"state_dir", "store": {"dir"}, "database": URL, ...}; unknown members are BACKSTAY_E_ARG.
   * out      the engine, closed with engine_close
   * problem  may be NULL; on failure a "backstay.problem/1" document, to be released by the host
   * BACKSTAY_E_ABI, _E_ARG, _E_IO, _E_LOCKED, _E_DB, _E_HOST, _E_UNSUPPORTED. [any thread] */
  backstay_status(BACKSTAY_CALL *engine_open)(const backstay_host *host, const char *config_json, size_t n,
                                              backstay_engine **out, backstay_buf **problem);

  /* Ends the engine. BACKSTAY_E_STATE while operations of it have not been freed, and nothing happens.
   * NULL is BACKSTAY_E_ARG. [any thread] */
  backstay_status(BACKSTAY_CALL *engine_close)(backstay_engine *);

  /* Prepares an operation; reads the parameters, changes nothing. kind: BACKSTAY_OP_*.
   * out      freed with op_free; problem as above. [any thread] */
  backstay_status(BACKSTAY_CALL *op_new)(backstay_engine *, int32_t kind, const char *params_json, size_t n,
                                         backstay_op **out, backstay_buf **problem);

  /* Runs it to its end, once, on this thread; blocks; calls callbacks. report_json may be NULL; it is given
   * on success and on failure alike whenever the operation got as far as having one ("backstay.operation/1",
   * with "problem" on failure), and is the host's to release. [one thread per operation] */
  backstay_status(BACKSTAY_CALL *op_run)(backstay_op *, backstay_buf **report_json);

  /* Asks the operation to stop. Before the first change it ends as ABANDONED, after it as a failure that is
   * undone; after COMMITTED it has no effect. BACKSTAY_E_STATE when it has ended. [any thread, any time] */
  backstay_status(BACKSTAY_CALL *op_cancel)(backstay_op *);

  /* Fills what out->struct_size covers. [any thread, any time] */
  backstay_status(BACKSTAY_CALL *op_status)(backstay_op *, backstay_op_status *out);

  /* BACKSTAY_E_STATE while it runs. An operation that never ran leaves no trace. [any thread] */
  backstay_status(BACKSTAY_CALL *op_free)(backstay_op *);

  /* Reads: what is one of the keys that query("features") lists: "features", "backups", "backup", "journal",
   * "changelog", "outbox", "status". params_json may be NULL with n 0. On failure *json is a
   * "backstay.problem/1" document if json is not NULL. [any thread] */
  backstay_status(BACKSTAY_CALL *query)(backstay_engine *, const char *what, const char *params_json, size_t n,
                                        backstay_buf **json);

  /* The bytes of a document: valid until buf_release, followed by a NUL that buf_size does not count.
   * NULL gives "" and 0; releasing NULL does nothing. [any thread, one at a time per buffer] */
  const char *(BACKSTAY_CALL *buf_data)(const backstay_buf *);
  size_t(BACKSTAY_CALL *buf_size)(const backstay_buf *);
  void(BACKSTAY_CALL *buf_release)(backstay_buf *);

  /* "BACKSTAY_E_LOCKED" for -13; "unknown status" for what is none. Static text. [any thread] */
  const char *(BACKSTAY_CALL *status_name)(backstay_status);
} backstay_api;

typedef struct backstay_negotiation {
  uint32_t struct_size;
  uint32_t host_major, host_minor;     /* in */
  uint32_t plugin_major, plugin_minor; /* out */
  uint32_t reject;                     /* out: 0 or BACKSTAY_REJECT_* */
  uint64_t capabilities;               /* out: BACKSTAY_CAP_* */
  char build[64];                      /* out: version and options, NUL ended */
} backstay_negotiation;

enum { BACKSTAY_REJECT_MAJOR = 1, BACKSTAY_REJECT_STRUCT = 2 };

#define BACKSTAY_CAP_SQLITE (1ull << 0)
#define BACKSTAY_CAP_POSTGRESQL (1ull << 1)
#define BACKSTAY_CAP_ODBC (1ull << 2)
#define BACKSTAY_CAP_SIGNATURES (1ull << 3)
#define BACKSTAY_CAP_REHEARSE (1ull << 4)
#define BACKSTAY_CAP_FAULTS (1ull << 63) /* a test build that can be told to fail; a host should refuse it */

/* The only exported symbol. Fills the out members that n->struct_size covers and returns the table, valid for
 * ever; or NULL when the two sides do not fit (reject says why) or n is NULL. Allocates nothing, takes no
 * locks, may be called any number of times. [any thread] */
BACKSTAY_EXPORT const backstay_api *BACKSTAY_CALL backstay_negotiate(backstay_negotiation *n);

/* Is `member` of *ptr there, by struct_size, and not NULL? For pointers. */
#define BACKSTAY_HAS(ptr, type, member) \
  ((ptr) != NULL && (ptr)->struct_size >= offsetof(type, member) + sizeof((ptr)->member) && (ptr)->member != NULL)

#ifdef __cplusplus
}
#endif
#endif
