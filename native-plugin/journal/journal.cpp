#include "native-plugin/journal/journal.hpp"

#include <sqlite3.h>

#include "native-plugin/fs/digest.hpp"
#include "native-plugin/fs/faults.hpp"

namespace backstay::plugin {
namespace {

constexpr const char* tables = R"sql(
  CREATE TABLE IF NOT EXISTS op(op_id TEXT PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL, params TEXT NOT NULL,
    created_at TEXT NOT NULL, closed_at TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS rec(rev INTEGER PRIMARY KEY AUTOINCREMENT, op_id TEXT NOT NULL, seq INTEGER NOT NULL,
    at TEXT NOT NULL, state TEXT NOT NULL, step TEXT NOT NULL, payload TEXT NOT NULL, prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL, UNIQUE(op_id, seq));
  CREATE TABLE IF NOT EXISTS backup(backup_id TEXT PRIMARY KEY, op_id TEXT NOT NULL, path TEXT NOT NULL,
    digest TEXT NOT NULL, created_at TEXT NOT NULL, expires_at TEXT NOT NULL, verified_at TEXT NOT NULL,
    status TEXT NOT NULL, reason TEXT NOT NULL, packages TEXT NOT NULL, bytes INTEGER NOT NULL,
    pinned INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
)sql";
constexpr std::string_view version = "1";
constexpr std::size_t ballast_bytes = 1u << 20;

Error fault_error(int error) { return fs::io_error("the journal", error); }

}  // namespace

Result<Journal> Journal::open(const fs::Folder& state_dir, bool read_only) {
  auto folder = state_dir.reopen();
  if (!folder.ok()) return folder.error();
  auto file = SqliteFile::open(state_dir.path() + "/" + std::string(journal_name), read_only);
  if (!file.ok()) return file.error();
  Journal journal(std::move(file.value()), std::move(folder.value()));
  if (!read_only) {
    if (const int error = faults::point("journal", "open")) return fault_error(error);
    if (auto made = journal.file_.execute(tables); !made.ok()) return made.error();
    // The file's name has to survive as well as its content.
    if (auto synced = journal.folder_.sync(); !synced.ok()) return synced.error();
  }
  auto known = journal.meta("schema");
  if (!known.ok()) return known.error();
  if (known.value().empty() && !read_only) {
    if (auto set = journal.set_meta("schema", version); !set.ok()) return set.error();
  } else if (!known.value().empty() && known.value() != version) {
    return Error{ErrorCode::not_recognised, {}, "the journal has version " + known.value() + ", this program reads 1"};
  }
  auto all = journal.records("");
  if (!all.ok()) return all.error();
  if (const auto broken = journal::first_broken(all.value(), sha256)) {
    return Error{ErrorCode::malformed, {}, "record " + std::to_string(all.value()[*broken].rev) +
                                               " of the journal does not fit the chain: it was changed, or others are missing"};
  }
  if (!read_only) {
    // Room for the last records when the disk is full. Not having it is no reason to refuse.
    if (auto there = journal.folder_.exists(ballast_name); there.ok() && !there.value()) {
      if (!journal.folder_.write(ballast_name, std::string(ballast_bytes, '\0')).ok()) {
        (void)journal.folder_.remove(ballast_name).ok();
      }
    }
  }
  return journal;
}

Result<Nothing> Journal::begin(const OperationRow& operation) {
  return write(operation.op_id, journal::State::created, {}, operation.params, operation.created_at, &operation);
}

Result<Nothing> Journal::append(std::string_view op_id, journal::State state, std::string_view step,
                                std::string_view payload, std::string_view at) {
  return write(op_id, state, step, payload, at, nullptr);
}

Result<Nothing> Journal::write(std::string_view op_id, journal::State state, std::string_view step,
                               std::string_view payload, std::string_view at, const OperationRow* created) {
  journal::Record record;
  record.op_id = op_id;
  record.at = at;
  record.state = journal::to_string(state);
  record.step = step;
  record.payload = payload;
  {
    Statement last(file_, "SELECT hash FROM rec ORDER BY rev DESC LIMIT 1");
    auto row = last.step();
    if (!row.ok()) return row.error();
    if (row.value()) record.previous = last.text(0);
  }
  {
    Statement count(file_, "SELECT coalesce(max(seq), 0) FROM rec WHERE op_id = ?1");
    auto row = count.bind(op_id).step();
    if (!row.ok()) return row.error();
    record.seq = static_cast<std::uint64_t>(count.number(0)) + 1;
  }
  record.hash = sha256(journal::chained_bytes(record));

  if (const int error = faults::point("journal", "append")) return fault_error(error);
  auto written = in_transaction(created, record);
  if (!written.ok() && written.error().code == ErrorCode::limit_exceeded) {
    if (folder_.remove(ballast_name).ok()) written = in_transaction(created, record);
  }
  if (!written.ok()) return written;
  if (const int error = faults::point("journal", "appended")) return fault_error(error);
  return written;
}

Result<Nothing> Journal::in_transaction(const OperationRow* created, const journal::Record& record) {
  auto result = file_.execute("BEGIN IMMEDIATE");
  if (!result.ok()) return result;
  if (created) {
    Statement insert(file_, "INSERT INTO op(op_id, kind, state, params, created_at) VALUES(?1, ?2, ?3, ?4, ?5)");
    result = insert.bind(created->op_id).bind(created->kind).bind(record.state).bind(created->params).bind(created->created_at).run();
  } else {
    const auto state = journal::state_from(record.state);
    const bool closes = state && journal::is_final(*state);
    Statement update(file_, "UPDATE op SET state = ?2, closed_at = CASE WHEN ?3 = '' THEN closed_at ELSE ?3 END WHERE op_id = ?1");
    result = update.bind(record.op_id).bind(record.state).bind(closes ? std::string_view(record.at) : std::string_view()).run();
  }
  if (result.ok()) {
    Statement insert(file_, "INSERT INTO rec(op_id, seq, at, state, step, payload, prev_hash, hash)"
                            " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    result = insert.bind(record.op_id).bind(static_cast<std::int64_t>(record.seq)).bind(record.at).bind(record.state)
                 .bind(record.step).bind(record.payload).bind(record.previous).bind(record.hash).run();
  }
  if (result.ok()) result = file_.execute("COMMIT");
  if (!result.ok()) (void)file_.execute("ROLLBACK").ok();
  return result;
}

Result<std::vector<OperationRow>> Journal::operations() {
  std::vector<OperationRow> rows;
  Statement select(file_, "SELECT op_id, kind, state, params, created_at, closed_at FROM op"
                          " ORDER BY (SELECT min(rev) FROM rec WHERE rec.op_id = op.op_id)");
  for (;;) {
    auto more = select.step();
    if (!more.ok()) return more.error();
    if (!more.value()) return rows;
    rows.push_back({select.text(0), select.text(1), select.text(2), select.text(3), select.text(4), select.text(5)});
  }
}

Result<std::vector<OperationRow>> Journal::unfinished() {
  auto all = operations();
  if (!all.ok()) return all;
  std::erase_if(all.value(), [](const OperationRow& row) {
    const auto state = journal::state_from(row.state);
    return state && journal::is_final(*state);
  });
  return all;
}

Result<std::vector<journal::Record>> Journal::records(std::string_view op_id) {
  std::vector<journal::Record> records;
  Statement select(file_, "SELECT rev, op_id, seq, at, state, step, payload, prev_hash, hash FROM rec"
                          " WHERE ?1 = '' OR op_id = ?1 ORDER BY rev");
  select.bind(op_id);
  for (;;) {
    auto more = select.step();
    if (!more.ok()) return more.error();
    if (!more.value()) return records;
    journal::Record record;
    record.rev = static_cast<std::uint64_t>(select.number(0));
    record.op_id = select.text(1);
    record.seq = static_cast<std::uint64_t>(select.number(2));
    record.at = select.text(3);
    record.state = select.text(4);
    record.step = select.text(5);
    record.payload = select.text(6);
    record.previous = select.text(7);
    record.hash = select.text(8);
    records.push_back(std::move(record));
  }
}

Result<std::string> Journal::meta(std::string_view key) {
  Statement select(file_, "SELECT value FROM meta WHERE key = ?1");
  auto row = select.bind(key).step();
  if (!row.ok()) return row.error();
  return row.value() ? select.text(0) : std::string();
}

Result<Nothing> Journal::set_meta(std::string_view key, std::string_view value) {
  Statement insert(file_, "INSERT OR REPLACE INTO meta(key, value) VALUES(?1, ?2)");
  return insert.bind(key).bind(value).run();
}

Result<Nothing> Journal::put_backup(const BackupRow& row) {
  if (const int error = faults::point("journal", "list-backup")) return fault_error(error);
  Statement insert(file_, "INSERT OR REPLACE INTO backup(backup_id, op_id, path, digest, created_at, expires_at,"
                          " verified_at, status, reason, packages, bytes, pinned)"
                          " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
  return insert.bind(row.backup_id).bind(row.op_id).bind(row.path).bind(row.digest).bind(row.created_at)
      .bind(row.expires_at).bind(row.verified_at).bind(row.status).bind(row.reason).bind(row.packages)
      .bind(static_cast<std::int64_t>(row.bytes)).bind(std::int64_t{row.is_pinned}).run();
}

Result<Nothing> Journal::remove_backup(std::string_view backup_id) {
  Statement remove(file_, "DELETE FROM backup WHERE backup_id = ?1");
  return remove.bind(backup_id).run();
}

Result<std::vector<BackupRow>> Journal::backups() {
  std::vector<BackupRow> rows;
  Statement select(file_, "SELECT backup_id, op_id, path, digest, created_at, expires_at, verified_at, status, reason,"
                          " packages, bytes, pinned FROM backup ORDER BY created_at DESC, backup_id DESC");
  for (;;) {
    auto more = select.step();
    if (!more.ok()) return more.error();
    if (!more.value()) return rows;
    BackupRow row;
    std::string* fields[] = {&row.backup_id, &row.op_id, &row.path, &row.digest, &row.created_at,
                             &row.expires_at, &row.verified_at, &row.status, &row.reason, &row.packages};
    for (int i = 0; i < 10; ++i) *fields[i] = select.text(i);
    row.bytes = static_cast<std::uint64_t>(select.number(10));
    row.is_pinned = select.number(11) != 0;
    rows.push_back(std::move(row));
  }
}

}  // namespace backstay::plugin
