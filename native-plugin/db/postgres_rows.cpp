// Our own statements on PostgreSQL: with parameters, a row at a time, and many rows in.
#include <vector>

#include "native-plugin/db/place.hpp"
#include "native-plugin/db/postgres.hpp"

namespace backstay::db {

namespace {

constexpr Oid bytea_type = 17;
constexpr std::size_t copy_chunk = 1u << 16u;

// Parameters as libpq wants them. Blobs go as they are, everything else as text whose type the server infers.
struct Parameters {
  std::vector<std::string> texts;
  std::vector<const char*> values;
  std::vector<int> lengths, formats;
  std::vector<Oid> types;

  explicit Parameters(std::span<const Value> given) {
    texts.reserve(given.size());
    for (const Value& value : given) {
      texts.push_back(value.text());
      values.push_back(value.is_null() ? nullptr : texts.back().data());
      lengths.push_back(static_cast<int>(texts.back().size()));
      const bool blob = value.kind == Value::Kind::blob;
      formats.push_back(blob ? 1 : 0);
      types.push_back(blob ? bytea_type : 0);
    }
  }
};

}  // namespace

std::optional<DbError> PostgresDriver::start_query(std::string_view sql, std::span<const Value> parameters) {
  if (auto error = begin_call("query")) return error;
  if (auto error = pin_session()) return error;
  const Parameters given(parameters);
  const int sent = PQsendQueryParams(connection_, std::string(sql).c_str(), static_cast<int>(parameters.size()), given.types.data(),
                                     given.values.data(), given.lengths.data(), given.formats.data(), 0);
  if (sent == 0) return failure(nullptr);
  return std::nullopt;
}

DbResult<Rows> PostgresDriver::query(std::string_view sql, std::span<const Value> parameters) {
  in_call_.store(true);
  std::optional<DbError> error = start_query(sql, parameters);
  Rows rows;
  while (connection_ && (!error || PQstatus(connection_) == CONNECTION_OK)) {
    PostgresResult result{PQgetResult(connection_)};
    if (!result) break;
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
      for (int i = 0; i < PQnfields(result.get()); ++i) rows.columns.emplace_back(PQfname(result.get(), i));
      const int count = PQntuples(result.get());
      rows.rows.reserve(static_cast<std::size_t>(count));
      for (int i = 0; i < count; ++i) rows.rows.push_back(postgres_row(result.get(), i));
      rows.affected = affected_rows(result.get());
    } else if (!error) {
      error = failure(result.get());
      const char* position = PQresultErrorField(result.get(), PG_DIAG_STATEMENT_POSITION);
      if (position) set_place(*error, sql, byte_of_character(sql, std::strtoull(position, nullptr, 10)));
    }
  }
  in_call_.store(false);
  if (!error && PQstatus(connection_) != CONNECTION_OK) error = lost_error();
  if (error) return *error;
  return rows;
}

DbResult<Done> PostgresDriver::each_row(std::string_view sql, std::span<const Value> parameters,
                                        const std::function<bool(const Row&)>& row) {
  in_call_.store(true);
  std::optional<DbError> error = start_query(sql, parameters);
  if (!error) PQsetSingleRowMode(connection_);
  bool wanted = true;
  while (connection_ && (!error || PQstatus(connection_) == CONNECTION_OK)) {
    PostgresResult result{PQgetResult(connection_)};
    if (!result) break;
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_SINGLE_TUPLE) {
      // After an early stop the rest is read and dropped: a cancel would fail the transaction.
      if (wanted) wanted = row(postgres_row(result.get(), 0));
    } else if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && !error) {
      error = failure(result.get());
    }
  }
  in_call_.store(false);
  if (!error && PQstatus(connection_) != CONNECTION_OK) error = lost_error();
  if (error) return *error;
  return Done{};
}

DbResult<Done> PostgresDriver::execute(std::string_view sql) {
  if (auto error = begin_call("query")) return *error;
  if (auto error = pin_session()) return *error;
  if (auto error = send(std::string(sql))) return *error;
  return Done{};
}

DbResult<Done> PostgresDriver::copy_out(std::string_view query, const std::function<bool(std::string_view)>& take) {
  if (auto error = begin_call("query")) return *error;
  if (auto error = pin_session()) return *error;
  in_call_.store(true);
  const std::string sql = "COPY (" + std::string(query) + ") TO STDOUT";
  std::optional<DbError> error;
  PostgresResult started{PQexec(connection_, sql.c_str())};
  if (PQresultStatus(started.get()) != PGRES_COPY_OUT) {
    error = failure(started.get());
  } else {
    char* line = nullptr;
    int size = 0;
    // All of it is read, wanted or not: the session stays usable.
    while ((size = PQgetCopyData(connection_, &line, 0)) > 0) {
      if (!error && !take(std::string_view(line, static_cast<std::size_t>(size)))) {
        error = DbError{};
        error->fault = Fault::cancelled;
        error->sqlstate = "57014";
        error->message = "the rows could not be taken";
      }
      PQfreemem(line);
    }
  }
  take_remaining(error);
  if (error) return *error;
  return Done{};
}

DbResult<Done> PostgresDriver::copy_in(std::string_view sql, const std::function<bool(std::string&)>& next) {
  if (auto error = begin_call("query")) return *error;
  if (auto error = pin_session()) return *error;
  in_call_.store(true);
  PostgresResult started{PQexec(connection_, std::string(sql).c_str())};
  std::optional<DbError> error;
  if (PQresultStatus(started.get()) != PGRES_COPY_IN) {
    error = failure(started.get());
  } else {
    std::string chunk;
    while (next(chunk)) {
      if (PQputCopyData(connection_, chunk.data(), static_cast<int>(chunk.size())) != 1) break;
      chunk.clear();
    }
    PQputCopyEnd(connection_, nullptr);
  }
  take_remaining(error);
  if (error) return *error;
  return Done{};
}

void PostgresDriver::take_remaining(std::optional<DbError>& error) {
  while (PostgresResult result{PQgetResult(connection_)}) {
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK && !error) error = failure(result.get());
    if (PQstatus(connection_) != CONNECTION_OK) break;
  }
  in_call_.store(false);
  if (!error && PQstatus(connection_) != CONNECTION_OK) error = lost_error();
}

DbResult<std::int64_t> PostgresDriver::insert_rows(std::string_view table, std::string_view columns,
                                                   const std::function<bool(Row&)>& next) {
  std::int64_t count = 0;
  Row row;
  const auto chunk_of_rows = [&](std::string& chunk) {
    while (chunk.size() < copy_chunk && next(row)) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (i != 0) chunk += '\t';
        append_copy_value(chunk, row[i]);
      }
      chunk += '\n';
      ++count;
    }
    return !chunk.empty();
  };
  auto copied = copy_in("COPY " + std::string(table) + "(" + std::string(columns) + ") FROM STDIN", chunk_of_rows);
  if (!copied.ok()) return copied.error();
  return count;
}

DbResult<Done> PostgresDriver::start_capture(const std::string&, const std::string&) {
  DbError error;
  error.fault = Fault::unsupported;
  error.sqlstate = "0A000";
  error.message = "on PostgreSQL rows are captured by SQL of the core";
  return error;
}

}  // namespace backstay::db
