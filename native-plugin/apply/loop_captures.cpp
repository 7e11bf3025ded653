// What was captured: out of the database into the second part of a backup, and from there in again. Neither way is it
// ever in memory as a whole.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/apply/capture_sql.hpp"
#include "core/apply/work.hpp"
#include "core/report/json_writer.hpp"
#include "native-plugin/apply/apply_loop.hpp"
#include "native-plugin/db/undo_captured.hpp"
#include "native-plugin/fs/line_file.hpp"

namespace backstay::plugin {

using apply::Answer;
using apply::Outcome;
using apply::Request;

namespace {

constexpr std::string_view sqlite_entry = "rows/captured.jsonl", postgresql_entry = "rows/captured.sql";
// psql takes these lines for comments; a count of bytes tells where a statement ends, whatever stands in it.
constexpr std::string_view statement_mark = "-- statement ", copy_mark = "-- rows ", end_of_rows = "\\.\n";

Error failure_of(const db::DbError& error) {
  return {error.fault == db::Fault::cancelled ? ErrorCode::cancelled : ErrorCode::unreadable, {}, error.message};
}

bool names(const std::vector<std::string>& list, const std::string& name) { return std::find(list.begin(), list.end(), name) != list.end(); }

}  // namespace

// Rows that lie in the backup only come into the database first; the same table, the same rules.
Answer ApplyLoop::undo_capture(const Request& request) {
  if (!request.text.empty()) {
    if (Answer brought = import_captured(request); brought.outcome != Outcome::ok) return brought;
  }
  auto there = driver_->query(apply::capture::exist);
  if (!there.ok()) return failed(there.error());
  if (there.value().rows.empty() || there.value().rows[0][0].integer == 0) return {};
  db::UndoOptions options;
  options.op_id = request.name;
  options.overwrite = request.durable;
  if (request.capture) {
    options.capture_op = settings_.op_id;
    options.capture_step = request.step;
  }
  auto undone = db::undo_captured(*driver_, options);
  if (!undone.ok()) return failed(undone.error());
  if (request.name != settings_.op_id) {
    const db::Value op = db::Value::of(request.name);
    auto deleted = driver_->query("DELETE FROM main.\"backstay_cap\" WHERE op_id = ?1", std::span<const db::Value>(&op, 1));
    if (!deleted.ok()) return failed(deleted.error());
  }
  nlohmann::json conflicts = nlohmann::json::array();
  for (const db::UndoConflict& conflict : undone.value().conflicts) {
    conflicts.push_back(conflict.table + " " + conflict.key + (conflict.column.empty() ? "" : " " + conflict.column) + ": " + conflict.kind);
  }
  Answer answer;
  answer.document = conflicts.dump();
  return answer;
}

// The entry as a file that can be read line by line; nothing when the backup has none.
Result<std::optional<fs::FileReader>> ApplyLoop::open_captured(const std::string& backup, std::string_view entry) {
  std::optional<fs::FileReader> nothing;
  auto rows = opened_backup(backup, true);
  if (!rows.ok() && rows.error().code == ErrorCode::missing) return nothing;
  if (!rows.ok()) return rows.error();
  const std::string name = captured_file();
  if (auto made = at_.state->make_folder("scratch"); !made.ok()) return made.error();
  if (auto removed = at_.state->remove(name); !removed.ok()) return removed.error();
  auto extracted = rows.value()->extract(std::string(entry), at_.state->path() + "/" + name);
  if (!extracted.ok() && extracted.error().code == ErrorCode::missing) return nothing;
  if (!extracted.ok()) return extracted.error();
  auto file = fs::FileReader::open(*at_.state, name);
  // Open, it needs no name any more; nothing is left behind, whatever happens.
  if (auto removed = at_.state->remove(name); !removed.ok()) return removed.error();
  if (!file.ok()) return file.error();
  return std::optional<fs::FileReader>(std::move(file.value()));
}

std::string ApplyLoop::captured_file() const { return "scratch/rows-" + settings_.op_id; }

Answer ApplyLoop::import_captured(const Request& request) {
  auto file = open_captured(request.text, sqlite_entry);
  if (!file.ok()) return failed(file.error());
  if (!file.value()) return {};
  if (auto made = driver_->execute(apply::capture::create); !made.ok()) return failed(made.error());
  std::optional<Error> broken;
  const auto next = [&](db::Row& row) {
    auto text = file.value()->line();
    if (!text.ok()) broken = text.error();
    if (!text.ok() || text.value().empty()) return false;
    const nlohmann::json line = nlohmann::json::parse(text.value(), nullptr, false);
    row.clear();
    for (const auto& value : line) row.push_back(value.is_string() ? db::Value::of(value.get<std::string>()) : db::Value::null());
    return true;
  };
  // Where only a part is asked for, the rest is left in the backup. Columns: op_id, step_id, tab, ...
  const auto is_wanted = [&](const db::Row& row) {
    if (request.steps.empty() && request.tables.empty()) return true;
    if (row.size() < 3) return false;
    return names(request.steps, row[1].bytes) ||
           std::any_of(request.tables.begin(), request.tables.end(), [&](const std::string& table) { return apply::is_same_table(table, row[2].bytes); });
  };
  const auto next_wanted = [&](db::Row& row) {
    while (next(row)) {
      if (is_wanted(row)) return true;
    }
    return false;
  };
  auto inserted = driver_->insert_rows(apply::capture::table, apply::capture::columns, next_wanted);
  if (broken) return failed(*broken);
  return plain(inserted);
}

Answer ApplyLoop::bring_captures(const Request& request) {
  auto file = open_captured(request.text, postgresql_entry);
  if (!file.ok()) return failed(file.error());
  if (!file.value()) return failed(Outcome::failed, "missing", "the backup holds no captured rows");
  while (true) {
    auto mark = file.value()->line();
    if (!mark.ok()) return failed(mark.error());
    if (mark.value().empty()) return {};
    const bool has_rows = mark.value().starts_with(copy_mark);
    if (!has_rows && !mark.value().starts_with(statement_mark)) return failed(Outcome::damaged, "damaged", "the captured rows cannot be read");
    const std::size_t size = std::strtoull(std::string(mark.value().substr(has_rows ? copy_mark.size() : statement_mark.size())).c_str(), nullptr, 10);
    auto text = file.value()->bytes(size);
    if (!text.ok()) return failed(text.error());
    const std::string sql(text.value());
    if (!has_rows) {
      if (auto done = driver_->execute(sql); !done.ok()) return failed(done.error());
      continue;
    }
    std::optional<Error> broken;
    auto copied = driver_->copy_in(sql, [&](std::string& chunk) {
      auto row = file.value()->line();
      if (!row.ok()) broken = row.error();
      if (!row.ok() || row.value().empty() || row.value() == end_of_rows) return false;
      chunk = row.value();
      return true;
    });
    if (broken) return failed(*broken);
    if (!copied.ok()) return failed(copied.error());
  }
}

// Nothing: there is nothing that was captured.
Result<std::optional<NewEntry>> ApplyLoop::export_captured(const Request& request) {
  const bool is_sqlite = driver_->info().engine == db::Engine::sqlite;
  std::optional<NewEntry> nothing;
  auto there = driver_->query(is_sqlite ? apply::capture::exist : std::string_view("SELECT (to_regclass('backstay_capture.run') IS NOT NULL)::int4"));
  if (!there.ok()) return failure_of(there.error());
  if (there.value().rows.empty() || there.value().rows[0][0].integer == 0) return nothing;
  if (auto made = at_.state->make_folder("scratch"); !made.ok()) return made.error();
  auto file = fs::FileWriter::create(*at_.state, captured_file());
  if (!file.ok()) return file.error();
  auto written = is_sqlite ? write_sqlite_rows(file.value()) : write_postgresql_rows(request, file.value());
  if (!written.ok()) return written.error();
  if (auto finished = file.value().finish(); !finished.ok()) return finished.error();
  if (written.value() == 0) return nothing;
  NewEntry entry;
  entry.name = is_sqlite ? sqlite_entry : postgresql_entry;
  entry.path = at_.state->path() + "/" + captured_file();
  return std::optional<NewEntry>(std::move(entry));
}

// One line per row. Returns how many.
Result<std::size_t> ApplyLoop::write_sqlite_rows(fs::FileWriter& file) {
  const db::Value op = db::Value::of(settings_.op_id);
  std::size_t count = 0;
  Result<Nothing> written = Nothing{};
  std::string line;
  auto read = driver_->each_row(apply::capture::select, std::span<const db::Value>(&op, 1), [&](const db::Row& row) {
    line.clear();
    for (const db::Value& value : row) {
      line += line.empty() ? '[' : ',';
      if (value.is_null()) line += "null";
      else report::append_json_string(line, value.text());
    }
    written = file.add(line + "]\n");
    ++count;
    return written.ok();
  });
  if (!written.ok()) return written.error();
  if (!read.ok()) return failure_of(read.error());
  return count;
}

// In a transaction that is taken back: what helps to read leaves no trace.
Result<std::size_t> ApplyLoop::write_postgresql_rows(const Request& request, fs::FileWriter& file) {
  if (auto begun = driver_->begin(); !begun.ok()) return failure_of(begun.error());
  // Rows that a policy hides are an error and not left out.
  auto prepared = driver_->execute("SET LOCAL datestyle = 'ISO, MDY'; SET LOCAL intervalstyle = 'postgres'; SET LOCAL extra_float_digits = 1; SET LOCAL row_security = off;" + std::string(request.sql));
  if (!prepared.ok()) return failure_of(prepared.error());
  const db::Value runs = db::Value::of(settings_.op_id + "/%");
  auto pieces = driver_->query("SELECT piece, copied FROM pg_temp.backstay_export($1)", std::span<const db::Value>(&runs, 1));
  if (!pieces.ok()) return failure_of(pieces.error());
  for (const db::Row& row : pieces.value().rows) {
    const std::string piece = row[0].bytes + ";\n";
    auto written = file.add(std::string(row[1].is_null() ? statement_mark : copy_mark) + std::to_string(piece.size()) + "\n" + piece);
    if (!written.ok()) return written.error();
    if (row[1].is_null()) continue;
    auto copied = driver_->copy_out(row[1].bytes, [&](std::string_view line) {
      written = file.add(line);
      return written.ok();
    });
    if (!written.ok()) return written.error();
    if (!copied.ok()) return failure_of(copied.error());
    if (written = file.add(end_of_rows); !written.ok()) return written.error();
  }
  if (auto back = driver_->rollback(); !back.ok()) return failure_of(back.error());
  return pieces.value().rows.size();
}

}  // namespace backstay::plugin
