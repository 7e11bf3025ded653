// A connection to the test's PostgreSQL, with just what the proof needs.
#pragma once

#include <libpq-fe.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "tests/reverse/reference_model.hpp"

namespace backstay::test {

class Session {
 public:
  Session() : connection_(PQconnectdb(std::getenv("BACKSTAY_PG_ADMIN_URL") ? std::getenv("BACKSTAY_PG_ADMIN_URL") : "")) {
    PQsetNoticeProcessor(connection_, [](void*, const char*) {}, nullptr);
  }
  ~Session() { PQfinish(connection_); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void reconnect() { PQreset(connection_); }
  bool connected() const { return PQstatus(connection_) == CONNECTION_OK; }
  // Runs one or several statements; rows() are those of the last that gave some. False on an error, see problem().
  bool run(const std::string& sql) {
    rows_.clear();
    problem_.clear();
    if (!PQsendQuery(connection_, sql.c_str())) problem_ = PQerrorMessage(connection_);
    while (PGresult* result = PQgetResult(connection_)) {
      const ExecStatusType status = PQresultStatus(result);
      if (status == PGRES_TUPLES_OK) take_rows(result);
      else if (status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY && problem_.empty()) problem_ = PQresultErrorMessage(result);
      PQclear(result);
    }
    return problem_.empty();
  }
  const std::vector<Row>& rows() const { return rows_; }
  const std::string& problem() const { return problem_; }

 private:
  void take_rows(const PGresult* result) {
    rows_.clear();
    for (int r = 0; r < PQntuples(result); ++r) {
      Row row;
      for (int c = 0; c < PQnfields(result); ++c) row.push_back(PQgetisnull(result, r, c) ? null_text : PQgetvalue(result, r, c));
      rows_.push_back(std::move(row));
    }
  }
  PGconn* connection_;
  std::vector<Row> rows_;
  std::string problem_;
};

}  // namespace backstay::test
