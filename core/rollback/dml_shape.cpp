#include "core/rollback/dml_shape.hpp"

#include <algorithm>

namespace backstay::rollback {
namespace {

using sql::Cursor;
using sql::Token;
using sql::TokenKind;
using namespace backstay::sql;

Span span_of(const Cursor& c, std::uint32_t first, std::uint32_t last) {
  if (first >= last) return {};
  return {c.at(first).begin, c.at(last - 1).end};
}

bool changes_data(const Token& t) { return t.is(kw_insert) || t.is(kw_update) || t.is(kw_delete) || t.is(kw_merge); }

// WITH a AS (...), b AS (...): the cursor goes behind it.
void read_with(DmlShape& shape, Cursor& c) {
  if (!c.is(kw_with)) return;
  const std::uint32_t start = c.pos();
  c.advance();
  while (!c.done() && !changes_data(c.peek()) && !(c.is(kw_select) && !c.at(c.pos() - 1).is(kw_as))) {
    if (c.is(TokenKind::open) && changes_data(c.inside().peek())) shape.writes_in_with = true;
    c.skip();
  }
  shape.with = span_of(c, start, c.pos());
}

bool is_clause(const Token& t) {
  switch (t.keyword) {
    case kw_set: case kw_from: case kw_using: case kw_where: case kw_returning: case kw_return: case kw_output: case kw_values:
    case kw_select: case kw_default: case kw_on: case kw_option: case kw_with: case kw_overriding: case kw_exec: case kw_execute:
    case kw_log: case kw_partition: return true;
    default: return false;
  }
}

// The target: [ONLY] name [*] [WITH (hints)] [[AS] alias].
void read_target(DmlShape& shape, Cursor& c, Dialect dialect) {
  const std::uint32_t start = c.pos();
  c.take(kw_only);
  if (c.is(TokenKind::open)) {
    Cursor inner = c.inside();
    if (inner.is(kw_select) || inner.is(kw_with) || inner.is(TokenKind::open)) shape.derived_target = true;
    c.skip();
  }
  std::uint32_t name = c.pos(), last = c.pos();
  while (c.peek().is_name() || (dialect == Dialect::mssql && (c.is(TokenKind::parameter) || c.is(TokenKind::dot)))) {
    last = c.pos();
    c.advance();
    if (!c.take(TokenKind::dot)) break;
  }
  if (c.pos() > name) {
    shape.table = c.stream().text.substr(c.at(name).begin, c.at(last).end - c.at(name).begin);
    shape.qualifier = c.spelling(c.at(last));
  }
  if (c.is_sign("*")) c.advance();
  if (c.is(kw_with) && c.is(TokenKind::open, 1)) {
    c.advance();
    c.skip();
  }
  const bool as = c.take(kw_as);
  if (c.peek().is_name() && (as || !is_clause(c.peek()) || c.peek().is(TokenKind::quoted))) {
    shape.qualifier = c.spelling();
    c.advance();
  }
  shape.target = span_of(c, start, c.pos());
}

void read_insert(DmlShape& shape, Cursor& c, Dialect dialect) {
  c.take(kw_into);
  read_target(shape, c, dialect);
  if (c.is(TokenKind::open) && !c.inside().is(kw_select) && !c.inside().is(kw_with)) c.skip();
  if (c.is(kw_overriding)) c.advance(3);
  shape.output_at = c.is(kw_output) ? 0 : c.peek().begin;
  while (c.is(kw_output)) {
    while (!c.done() && !c.is(kw_values) && !c.is(kw_select) && !c.is(kw_default) && !c.is(kw_exec)) c.skip();
  }
  shape.rows_at = c.peek().begin;
  for (std::uint32_t i = c.pos(); i < c.last(); i = c.behind_group(i)) {
    if (c.at(i).is(kw_returning)) shape.tail = c.at(i).begin;
    if (!c.at(i).is(kw_on) || !c.at(i + 1).is(kw_conflict)) continue;
    for (std::uint32_t k = i + 2; k < c.last(); k = c.behind_group(k)) {
      if (c.at(k).is(kw_do)) shape.conflict_update = c.at(k + 1).is(kw_update);
    }
  }
}

void read_change(DmlShape& shape, Cursor& c, Dialect dialect) {
  read_target(shape, c, dialect);
  struct Clause { std::uint32_t set, sources, where, tail, output; } at{c.last(), c.last(), c.last(), c.last(), c.last()};
  for (std::uint32_t i = c.pos(); i < c.last(); i = c.behind_group(i)) {
    const Token& t = c.at(i);
    if (i > 0 && c.at(i - 1).is(TokenKind::dot)) continue;
    if (t.is(kw_set) && at.set == c.last() && shape.kind == DmlKind::update) at.set = i;
    if (t.is(kw_output) && at.output == c.last() && dialect == Dialect::mssql) at.output = i;
    const bool sources = t.is(kw_from) ? !c.at(i - 1).is(kw_distinct) : t.is(kw_using) && shape.kind == DmlKind::remove;
    if (sources && at.sources == c.last() && at.where == c.last()) at.sources = i;
    if (t.is(kw_where) && at.where == c.last()) at.where = i;
    if (t.is(kw_returning) || t.is(kw_option) || t.is(kw_return) || (t.is(kw_log) && c.at(i + 1).is(kw_errors))) {
      at.tail = i;
      break;
    }
  }
  const std::uint32_t output = at.output;
  shape.set = span_of(c, at.set + 1, std::min({output, at.sources, at.where, at.tail}));
  shape.sources = span_of(c, at.sources + 1, std::min(at.where, at.tail));
  shape.where = span_of(c, at.where + 1, at.tail);
  if (at.tail < c.last()) shape.tail = c.at(at.tail).begin;
  const std::uint32_t next = std::min({at.sources, at.where, at.tail});
  if (output == c.last()) shape.output_at = next < c.last() ? c.at(next).begin : shape.tail;
}

}  // namespace

DmlShape read_dml_shape(const TokenStream& stream, std::uint32_t first, std::uint32_t last, Dialect dialect) {
  DmlShape shape;
  Cursor c(stream, first, last);
  if (first >= last) return shape;
  shape.tail = stream.tokens[last - 1].end;
  read_with(shape, c);
  if (c.is(kw_insert)) shape.kind = DmlKind::insert;
  if (c.is(kw_update) && !c.is(kw_statistics, 1)) shape.kind = DmlKind::update;
  if (c.is(kw_delete)) shape.kind = DmlKind::remove;
  if (shape.kind == DmlKind::other) return shape;
  c.advance();
  if (c.take(kw_top)) {
    shape.limited = true;
    c.skip();
    c.take(kw_percent);
  }
  if (shape.kind == DmlKind::insert) {
    read_insert(shape, c, dialect);
  } else {
    if (shape.kind == DmlKind::remove) c.take(kw_from);
    read_change(shape, c, dialect);
  }
  return shape;
}

}  // namespace backstay::rollback
