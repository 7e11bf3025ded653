// Whether the rows of a statement can be named by asking for them just before: what it reads must give
// the same answer twice in a row.
#include <algorithm>

#include "core/rollback/dml_shape.hpp"

namespace backstay::rollback {
namespace {

using namespace backstay::sql;

// Functions of the servers that answer the same twice within one transaction and change nothing.
// Types stand here too: numeric(10,2) and varchar(20) look like calls.
constexpr std::string_view repeatable_functions[] = {
    "abs", "ascii", "btrim", "cast", "ceil", "ceiling", "char", "char_length", "character_length", "charindex", "chr", "coalesce", "concat",
    "concat_ws", "convert", "count", "date_part", "date_trunc", "dateadd", "datediff", "datename", "datepart", "day", "decimal", "decode",
    "extract", "floor", "getdate", "getutcdate", "greatest", "initcap", "instr", "isnull", "least", "left", "len", "length", "lower", "lpad",
    "ltrim", "max", "md5", "min", "mod", "month", "nchar", "now", "nullif", "number", "numeric", "nvarchar", "nvl", "nvl2", "octet_length", "overlay",
    "position", "power", "rank", "regexp_match", "regexp_replace", "regexp_substr", "repeat", "replace", "replicate", "reverse", "right", "round",
    "rpad", "rtrim", "sign", "split_part", "starts_with", "strpos", "substr", "substring", "sum", "time", "timestamp", "to_char",
    "to_date", "to_number", "to_timestamp", "translate", "trim", "trunc", "try_cast", "try_convert", "upper", "varchar", "varchar2", "year",
    "avg", "any", "all", "some", "exists", "array", "row", "bool_or", "bool_and", "every", "date", "interval", "character", "bit", "float"};

}  // namespace

bool is_function_call(const sql::Cursor& c, std::uint32_t i) {
  const Token& t = c.at(i);
  if (!t.is_name() || !c.at(i + 1).is(TokenKind::open)) return false;
  switch (t.keyword) {
    case kw_and: case kw_or: case kw_not: case kw_in: case kw_exists: case kw_any: case kw_all: case kw_some: case kw_values: case kw_as:
    case kw_select: case kw_where: case kw_from: case kw_on: case kw_using: case kw_when: case kw_then: case kw_else: case kw_case:
    case kw_between: case kw_like: case kw_ilike: case kw_is: case kw_union: case kw_except: case kw_intersect: case kw_row: case kw_array: case kw_join:
    case kw_by: case kw_distinct: case kw_lateral: case kw_having: case kw_set: case kw_filter: case kw_within: case kw_with: case kw_materialized:
    case kw_only: case kw_key: case kw_escape: return false;
    default: return true;
  }
}

bool is_repeatable(std::string_view name) {
  return std::any_of(std::begin(repeatable_functions), std::end(repeatable_functions), [&](std::string_view known) { return same_word(known, name); });
}

std::string unrepeatable(const TokenStream& stream, std::uint32_t first, std::uint32_t last, const DmlShape& shape) {
  if (shape.writes_in_with) return "a CTE of it changes data as well";
  if (shape.derived_target) return "its target is a query";
  if (shape.limited) return "which rows it touches is the server's choice (TOP)";
  if (shape.kind == DmlKind::insert) return {};
  const Cursor c(stream, first, last);
  for (std::uint32_t i = first; i < last; ++i) {
    const Token& t = c.at(i);
    const auto inside = [&](Span span) { return t.begin >= span.begin && t.end <= span.end && span.begin < span.end; };
    if (!inside(shape.where) && !inside(shape.sources) && !inside(shape.with)) continue;
    if (t.is(kw_limit) || t.is(kw_fetch) || t.is(kw_offset) || t.is(kw_tablesample) || t.is(kw_top) || t.is(kw_sample)) {
      return "which rows it touches is the server's choice (" + std::string(keyword_spelling(t.keyword)) + ")";
    }
    if (t.is(kw_current) && c.at(i + 1).is(kw_of)) return "it changes the row of a cursor";
    if (t.is(TokenKind::parameter) && c.spelling(t).substr(0, 1) == ":") return "its rows depend on a bind variable";
    if (t.is(TokenKind::substitution)) return "a client puts text into it";
    if (t.is(kw_skip) && c.at(i + 1).is(kw_locked)) return "which rows it touches depends on locks";
    // The name of a CTE with a column list looks like a call.
    if (inside(shape.with) && is_function_call(c, i) && c.at(c.behind_group(i + 1)).is(kw_as)) continue;
    if (is_function_call(c, i)) {
      const bool alias = i > first && (c.at(i - 1).is(kw_as) || c.at(i - 1).is(TokenKind::close));
      const bool qualified = i > first && c.at(i - 1).is(TokenKind::dot);
      if (alias && !qualified) continue;  // "(VALUES ...) AS v(a, b)"
      if (qualified || !is_repeatable(c.spelling(t))) return "the routine " + std::string(c.spelling(t)) + " may answer differently the second time";
    }
  }
  return {};
}

}  // namespace backstay::rollback
