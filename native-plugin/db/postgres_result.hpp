// libpq's results in the words of core/apply/database.hpp.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>
#include <string_view>

#include "core/apply/database.hpp"

namespace backstay::db {

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using PostgresResult = std::unique_ptr<PGresult, ClearResult>;

Value postgres_value(const PGresult* result, int row, int column);
Row postgres_row(const PGresult* result, int row);
std::int64_t affected_rows(const PGresult* result);  // -1 when the statement changes none by nature

// Everything but the place. `keep_detail`: also what may hold row values.
DbError postgres_error(const PGresult* result, bool keep_detail);

// Place of an error in `script`, of which `text` at byte `base` was sent and `succeeded` statements had finished.
void set_postgres_place(DbError& error, const PGresult* result, std::string_view script, std::string_view text, std::size_t base,
                        std::size_t succeeded);

// One value of a COPY line in text format.
void append_copy_value(std::string& line, const Value& value);

}  // namespace backstay::db
