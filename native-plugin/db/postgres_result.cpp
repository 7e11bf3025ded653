#include "native-plugin/db/postgres_result.hpp"

#include <charconv>
#include <cstdlib>
#include <string_view>

#include "core/sql/splitter.hpp"
#include "native-plugin/db/place.hpp"

namespace backstay::db {

namespace {

// Types with fixed numbers in every server (pg_type.dat).
enum : Oid { bool_type = 16, bytea_type = 17, int8_type = 20, int2_type = 21, int4_type = 23, oid_type = 26, float4_type = 700, float8_type = 701 };

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text ? text : "";
}

Value blob_of(const char* text) {
  std::size_t size = 0;
  unsigned char* bytes = PQunescapeBytea(reinterpret_cast<const unsigned char*>(text), &size);
  Value value = Value::blob(std::string(reinterpret_cast<const char*>(bytes), bytes ? size : 0));
  PQfreemem(bytes);
  return value;
}

// Lines of CONTEXT that name functions and blocks. Others quote statements or data (COPY t, line 1: "...").
std::string places_in_context(std::string_view context) {
  std::string kept;
  while (!context.empty()) {
    const auto end = context.find('\n');
    const std::string_view line = context.substr(0, end);
    if (line.starts_with("PL/") || line.starts_with("SQL function")) {
      if (!kept.empty()) kept += '\n';
      kept += line;
    }
    context = end == std::string_view::npos ? std::string_view() : context.substr(end + 1);
  }
  return kept;
}

Fault fault_of(std::string_view state) {
  if (state.starts_with("08") || state == "57P01" || state == "57P02" || state == "57P03" || state == "57P05") return Fault::lost;
  if (state == "57014") return Fault::timeout;  // a cancel of ours: the caller knows
  if (state == "55P03" || state == "40P01" || state == "55006") return Fault::busy;
  if (state == "42501" || state == "25006" || state.starts_with("28")) return Fault::denied;
  if (state == "53100") return Fault::full;
  if (state.starts_with("53")) return Fault::limit;
  if (state == "XX001" || state == "XX002") return Fault::damaged;
  return Fault::statement;
}

// "PL/pgSQL function inline_code_block line 3 at RAISE": the 3, when the outermost block is a DO of the script.
std::uint32_t line_in_block(std::string_view context) {
  constexpr std::string_view block = "inline_code_block line ";
  const auto at = context.rfind(block);
  if (at == std::string_view::npos) return 0;
  std::uint32_t line = 0;
  const std::string_view digits = context.substr(at + block.size());
  std::from_chars(digits.data(), digits.data() + digits.size(), line);
  return line;
}

// Byte where line `line` (from 1) of the body in DO's string begins, without its blanks; npos when there is none.
std::size_t in_body(std::string_view statement, std::uint32_t line) {
  const auto stream = sql::read_tokens(statement, 0, statement.size(), Dialect::postgresql, false);
  for (const sql::Token& token : stream.tokens) {
    if (!token.is(sql::TokenKind::literal)) continue;
    std::size_t at = token.begin;
    for (std::uint32_t i = 1; i < line; ++i) {
      at = statement.find('\n', at);
      if (at == std::string_view::npos || at >= token.end) return std::string_view::npos;
      ++at;
    }
    const auto text = statement.find_first_not_of(" \t", at);
    return text == std::string_view::npos ? at : text;
  }
  return std::string_view::npos;
}

}  // namespace

Value postgres_value(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column) != 0) return Value::null();
  const char* text = PQgetvalue(result, row, column);
  const std::string_view view(text, static_cast<std::size_t>(PQgetlength(result, row, column)));
  switch (PQftype(result, column)) {
    case bool_type: return Value::of(static_cast<std::int64_t>(view == "t" ? 1 : 0));
    case int2_type:
    case int4_type:
    case int8_type:
    case oid_type: {
      std::int64_t number = 0;
      std::from_chars(view.data(), view.data() + view.size(), number);
      return Value::of(number);
    }
    case float4_type:
    case float8_type: {
      double number = 0;
      std::from_chars(view.data(), view.data() + view.size(), number);
      return Value::of_real(number);
    }
    case bytea_type: return blob_of(text);
    default: return Value::of(view);
  }
}

Row postgres_row(const PGresult* result, int row) {
  Row values;
  const int width = PQnfields(result);
  values.reserve(static_cast<std::size_t>(width));
  for (int i = 0; i < width; ++i) values.push_back(postgres_value(result, row, i));
  return values;
}

std::int64_t affected_rows(const PGresult* result) {
  const std::string_view tag = PQcmdStatus(const_cast<PGresult*>(result));
  // Of a SELECT or FETCH the number counts rows read.
  if (tag.starts_with("SELECT") || tag.starts_with("FETCH") || tag.starts_with("MOVE")) return -1;
  const std::string_view digits = PQcmdTuples(const_cast<PGresult*>(result));
  std::int64_t count = -1;
  std::from_chars(digits.data(), digits.data() + digits.size(), count);
  return count;
}

DbError postgres_error(const PGresult* result, bool keep_detail) {
  DbError error;
  error.sqlstate = field(result, PG_DIAG_SQLSTATE);
  error.fault = error.sqlstate.empty() ? Fault::lost : fault_of(error.sqlstate);
  error.message = field(result, PG_DIAG_MESSAGE_PRIMARY);
  if (error.message.empty()) {  // made by libpq, not by the server
    error.message = PQresultErrorMessage(result);
    while (!error.message.empty() && error.message.back() == '\n') error.message.pop_back();
  }
  error.hint = field(result, PG_DIAG_MESSAGE_HINT);
  error.constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
  error.context = field(result, PG_DIAG_CONTEXT);
  if (!keep_detail) error.context = places_in_context(error.context);
  if (keep_detail) error.detail = field(result, PG_DIAG_MESSAGE_DETAIL);
  return error;
}

void set_postgres_place(DbError& error, const PGresult* result, std::string_view script, std::string_view text, std::size_t base,
                        std::size_t succeeded) {
  const auto number = [&](int code) {
    const std::string digits = field(result, code);
    return std::strtoull(digits.c_str(), nullptr, 10);
  };
  if (const auto position = number(PG_DIAG_STATEMENT_POSITION); position != 0) {
    return set_place(error, script, base + byte_of_character(text, position));
  }
  // The server has no place for what goes wrong while a statement runs: the statement's own, then, and inside it
  // the line of a DO block or the statement that the block ran.
  const sql::SplitText split = sql::split(text, 0, text.size(), Dialect::postgresql, false);
  if (succeeded >= split.statements.size()) return;
  const sql::StatementRange& range = split.statements[succeeded];
  const std::string_view statement = text.substr(range.begin, range.end - range.begin);
  std::size_t at = leading_blanks(statement);
  if (const std::uint32_t line = line_in_block(field(result, PG_DIAG_CONTEXT)); line != 0) {
    if (const auto found = in_body(statement, line); found != std::string_view::npos) at = found;
    const std::string inner = field(result, PG_DIAG_INTERNAL_QUERY);
    const auto position = number(PG_DIAG_INTERNAL_POSITION);
    const auto found = inner.empty() ? std::string_view::npos : statement.find(inner, at);
    if (position != 0 && found != std::string_view::npos) at = found + byte_of_character(inner, position);
  }
  set_place(error, script, base + range.begin + at);
}

void append_copy_value(std::string& line, const Value& value) {
  if (value.is_null()) {
    line += "\\N";
    return;
  }
  if (value.kind == Value::Kind::blob) {
    constexpr std::string_view digits = "0123456789abcdef";
    line += "\\\\x";
    for (const char c : value.bytes) {
      line += digits[static_cast<unsigned char>(c) >> 4u];
      line += digits[static_cast<unsigned char>(c) & 15u];
    }
    return;
  }
  for (const char c : value.text()) {
    switch (c) {
      case '\\': line += "\\\\"; break;
      case '\n': line += "\\n"; break;
      case '\r': line += "\\r"; break;
      case '\t': line += "\\t"; break;
      default: line += c;
    }
  }
}

}  // namespace backstay::db
