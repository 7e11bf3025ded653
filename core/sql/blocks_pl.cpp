// PL/pgSQL and PL/SQL: blocks, branches, loops and handlers, down to the statements in them.
// A false answer means that the structure does not close; the whole statement is then not understood.
#include "core/sql/recogniser.hpp"

namespace backstay::sql {
namespace {

// The token of `wanted` that ends a condition or loop head: outside brackets and CASE, before a `;`.
std::uint32_t find_head_end(const Cursor& c, Keyword wanted) {
  std::uint32_t depth = 0;
  for (std::uint32_t i = c.pos(); i < c.last(); i = c.behind_group(i)) {
    const Token& t = c.at(i);
    if (t.is(TokenKind::semicolon)) break;
    if (t.is(wanted) && depth == 0) return i;
    if (t.is(kw_case)) ++depth;
    if (t.is(kw_end) && depth > 0) --depth;
  }
  return c.last();
}

// The semicolon that ends the statement at the place. Two statements hold semicolons of their own: the actions of
// CREATE RULE in brackets, and the body of a routine between BEGIN ATOMIC and END.
std::uint32_t find_semicolon(const Cursor& c) {
  const bool create = c.is(kw_create);
  std::uint32_t atomic = 0;
  std::uint32_t i = c.pos();
  for (; i < c.last(); i = c.behind_group(i)) {
    const Token& t = c.at(i);
    if (t.is(TokenKind::semicolon) && atomic == 0) break;
    if (!create) continue;
    if (atomic == 0) {
      if (t.is(kw_atomic) && c.at(i - 1).is(kw_begin)) atomic = 1;
    } else if (t.is(kw_case) || t.is(kw_begin)) {
      ++atomic;
    } else if (t.is(kw_end)) {
      --atomic;
    }
  }
  return i;
}

// END of the LOOP whose first statement the place is at.
std::uint32_t find_loop_end(const Cursor& c) {
  std::uint32_t depth = 1;
  for (std::uint32_t i = c.pos(); i < c.last(); ++i) {
    if (!c.at(i).is(kw_loop)) continue;
    if (!c.at(i - 1).is(kw_end)) ++depth;
    else if (--depth == 0) return i;
  }
  return c.last();
}

bool ends_statements(const Token& t) {
  switch (t.keyword) {
    case kw_end:
    case kw_exception:
    case kw_when:
    case kw_else:
    case kw_elsif:
    case kw_elseif: return true;
    default: return false;
  }
}

}  // namespace

// --- whole blocks -----------------------------------------------------------------------------------

void Recogniser::do_block(const Statement& s, Cursor c) {
  std::uint32_t literal = 0;
  bool plpgsql = true;
  for (c.advance(); !c.done(); c.advance()) {
    if (c.is(kw_language)) {
      const Token& language = c.peek(1);
      plpgsql = same_word(language.is(TokenKind::literal) ? literal_value(language) : language.is(TokenKind::quoted) ? normalised(language) : spelling(language), "plpgsql");
      c.advance();
    } else if (c.is(TokenKind::literal)) {
      literal = c.pos();
    }
  }
  if (literal == 0 || !plpgsql) {
    not_understood(s, plpgsql ? "DO has no code" : "code in this language is not read");
    return;
  }
  const std::size_t before = script_.facts.size();
  const std::size_t listed = listing_ ? listing_->size() : 0;
  add(Verb::block, s, s.first);
  bool ok = false;
  {
    const Inside inside(*this, last_fact(), Context::block);
    ok = pl_body(literal, [this](Cursor& body) {
      const bool read = block_rest(body) && (body.take(TokenKind::semicolon), body.done());
      return read;
    });
  }
  if (ok) return;
  forget_facts(before);
  if (listing_) listing_->resize(listed);
  not_understood(s, "a block does not close");
}

// Opens the code inside a literal as a text of its own and reads it with `reader`.
bool Recogniser::pl_body(std::uint32_t literal, const std::function<bool(Cursor&)>& reader) {
  const Token t = token(literal);
  Source& inner = sources_.emplace_back();
  if ((t.flags & token_dollar) != 0) {
    const std::size_t tag = spelling(t).find('$', 1) + 1;
    inner.map = source_->map;
    inner.stream = read_tokens(stream().text, t.begin + tag, t.end - tag, dialect_, true);
    if (source_ == &sources_.front()) {
      script_.comments.insert(script_.comments.end(), inner.stream.comments.begin(), inner.stream.comments.end());
    }
  } else {
    std::string text = literal_text(t, &inner.map, 0);
    script_.pool.push_back(std::move(text));
    const std::string_view kept = script_.pool.back();
    inner.stream = read_tokens(kept, 0, kept.size(), dialect_, true);
  }
  const Source* outer = source_;
  const bool outer_block = in_block_;
  std::unordered_map<std::string_view, Variable> outer_variables;
  outer_variables.swap(variables_);
  source_ = &inner;
  in_block_ = true;
  Cursor c(inner.stream, 0, static_cast<std::uint32_t>(inner.stream.tokens.size()));
  while (c.is_sign("#")) c.advance(3);  // #variable_conflict use_column
  skip_labels(c);
  const bool ok = reader(c);
  source_ = outer;
  in_block_ = outer_block;
  variables_.swap(outer_variables);
  return ok;
}

void Recogniser::oracle_unit(const Statement& s) {
  const std::size_t before = script_.facts.size();
  const std::size_t listed = listing_ ? listing_->size() : 0;
  add(Verb::block, s, s.first);
  bool ok = false;
  {
    const Inside inside(*this, last_fact(), Context::block);
    const bool outer_block = in_block_;
    in_block_ = true;
    std::unordered_map<std::string_view, Variable> outer_variables;
    outer_variables.swap(variables_);
    Cursor c = cursor(s);
    skip_labels(c);
    ok = block_rest(c) && (c.take(TokenKind::semicolon), c.done());
    in_block_ = outer_block;
    variables_.swap(outer_variables);
  }
  if (ok) return;
  forget_facts(before);
  if (listing_) listing_->resize(listed);
  not_understood(s, "a block does not close");
}

void Recogniser::skip_labels(Cursor& c) {
  while (c.is_sign("<<")) {
    while (!c.done() && !c.is_sign(">>")) c.advance();
    c.advance();
  }
}

// $IF condition $THEN ... $ELSE ... $END: every branch is read.
void Recogniser::skip_directives(Cursor& c) {
  while (c.is(TokenKind::directive)) {
    const std::string_view word = c.spelling();
    if (same_word(word, "$if") || same_word(word, "$elsif")) {
      while (!c.done() && !(c.is(TokenKind::directive) && same_word(c.spelling(), "$then"))) c.advance();
    } else if (same_word(word, "$error")) {
      while (!c.done() && !(c.is(TokenKind::directive) && same_word(c.spelling(), "$end"))) c.advance();
    }
    c.advance();
  }
}

// A nested block with its own fact, its semicolon included.
bool Recogniser::block(Cursor& c) {
  const Statement s{c.pos(), c.pos() + 1, {}};
  list(s.first, s.last, "BLOCK");
  add(Verb::block, s, s.first);
  const Inside inside(*this, last_fact(), Context::block);
  return block_rest(c) && c.take(TokenKind::semicolon);
}

// [DECLARE ...] BEGIN ... [EXCEPTION ...] END [label]
bool Recogniser::block_rest(Cursor& c) {
  if (nesting_ > limits_.max_sql_nesting) return false;
  while (c.take(kw_declare)) {
    if (!declarations(c)) return false;
  }
  if (!c.take(kw_begin)) return false;
  return block_end(c);
}

// From behind BEGIN.
bool Recogniser::block_end(Cursor& c) {
  if (!statements(c)) return false;
  if (c.take(kw_exception) && !handlers(c)) return false;
  if (!c.take(kw_end)) return false;
  if (c.peek().is_name()) c.advance();
  return true;
}

// Conditions that mean "it is there already": of a row, and for CREATE of an object.
bool names_duplicate(std::string_view condition) {
  for (const std::string_view known : {"unique_violation", "dup_val_on_index", "duplicate_object", "duplicate_table", "duplicate_function",
                                       "duplicate_schema", "duplicate_column", "duplicate_alias"})
    if (same_word(condition, known)) return true;
  return false;
}

bool Recogniser::handlers(Cursor& c) {
  while (c.is(kw_when)) {
    const std::uint32_t head = c.pos();
    const std::uint32_t then = find_head_end(c, kw_then);
    if (then >= c.last()) return false;
    const Statement s{head, then + 1, {}};
    Fact& fact = add(Verb::handler, s, head);
    for (std::uint32_t i = head + 1; i < then; ++i) {
      const Token& t = c.at(i);
      if (t.is(kw_others)) fact.add(Flag::catches_all);
      if (t.is(TokenKind::literal) ? literal_value(t) == "23505" : names_duplicate(spelling(t))) fact.add(Flag::catches_duplicate);
    }
    c.move_to(then + 1);
    const Inside inside(*this, last_fact(), Context::handler);
    handlers_.push_back(last_fact());
    ++branch_depth_;
    const std::size_t mark = assigned_.size();
    const bool ok = statements(c);
    --branch_depth_;
    forget_assigned(mark);
    handlers_.pop_back();
    if (!ok) return false;
  }
  return true;
}

// --- declarations -----------------------------------------------------------------------------------

bool Recogniser::declarations(Cursor& c) {
  for (;;) {
    skip_directives(c);
    if (c.done()) return false;
    if (c.is(kw_begin) || c.is(kw_end) || c.is(kw_declare)) return true;
    if (!declaration(c)) return false;
  }
}

bool Recogniser::declaration(Cursor& c) {
  if (dialect_ == Dialect::oracle && (c.is(kw_procedure) || c.is(kw_function))) return subprogram(c);
  const std::uint32_t first = c.pos();
  const std::uint32_t last = find_semicolon(c);
  if (last >= c.last()) return false;
  const Statement s{first, last, {}};
  if (c.is(kw_pragma)) {
    add(Verb::pragma, s, first).detail = lowered(spelling(c.peek(1)));
  } else if (c.peek().is_name() && !c.is(kw_type) && !c.is(kw_subtype) && !c.is(kw_cursor)) {
    const std::string_view name = normalised(c.peek());
    std::uint32_t value = first + 1;
    while (value < last && !c.at(value).is(kw_default) && !(c.at(value).is(TokenKind::op) && (spelling(c.at(value)) == ":=" || spelling(c.at(value)) == "="))) {
      if (c.at(value).is(kw_cursor)) {
        value = last;
        break;
      }
      value = c.behind_group(value);
    }
    if (value < last) {
      scan_expressions({value + 1, last, {}}, place_.parent);
      assign(name, c.range(value + 1, last), false);
    } else {
      variables_.erase(name);
    }
  }
  c.move_to(last + 1);
  return true;
}

// A local routine of an executed block, or a routine of a package body.
bool Recogniser::subprogram(Cursor& c) {
  if (nesting_ > limits_.max_sql_nesting) return false;
  const std::uint32_t first = c.pos();
  c.advance();
  const Name routine = name(c);
  std::uint32_t i = c.pos();
  while (i < c.last() && !c.at(i).is(TokenKind::semicolon) && !c.at(i).is(kw_is) && !c.at(i).is(kw_as)) i = c.behind_group(i);
  if (i >= c.last()) return false;
  if (c.at(i).is(TokenKind::semicolon)) {  // declared here, defined later
    c.move_to(i + 1);
    return true;
  }
  if (c.at(i + 1).is(kw_language) || c.at(i + 1).is(kw_external)) {
    c.move_to(i);
    c.move_to(find_semicolon(c) + 1);
    return true;
  }
  const Statement s{first, i, {}};
  add(Verb::subprogram, s, first).names.push_back(routine);
  const Inside inside(*this, last_fact(), Context::block);
  // Its parameters hide variables of the same name.
  for (Cursor parameters = c.inside(); !parameters.done();) {
    if (parameters.peek().is_name()) variables_.erase(normalised(parameters.peek()));
    while (!parameters.done() && !parameters.is(TokenKind::comma)) parameters.skip();
    parameters.advance();
  }
  c.move_to(i + 1);
  if (!declarations(c) || !c.take(kw_begin)) return false;
  return block_end(c) && c.take(TokenKind::semicolon);
}

// --- statements -------------------------------------------------------------------------------------

bool Recogniser::statements(Cursor& c) {
  for (;;) {
    skip_directives(c);
    if (c.done()) return false;
    if (ends_statements(c.peek())) return true;
    if (full() || !block_statement(c)) return false;
  }
}

bool Recogniser::block_statement(Cursor& c) {
  if (nesting_ > limits_.max_sql_nesting) return false;
  skip_labels(c);
  if (c.take(TokenKind::semicolon)) return true;
  switch (c.peek().keyword) {
    case kw_declare:
    case kw_begin: return block(c);
    case kw_if: return if_statement(c);
    case kw_case: return case_statement(c);
    case kw_loop:
    case kw_while:
    case kw_for:
    case kw_foreach: return loop_statement(c);
    case kw_forall: return forall_statement(c);
    default: break;
  }
  if (ends_statements(c.peek())) return true;
  const std::uint32_t first = c.pos();
  const std::uint32_t last = find_semicolon(c);
  if (last >= c.last()) return false;
  simple_statement(first, last);
  c.move_to(last + 1);
  return true;
}

// One part of an IF or CASE from behind its THEN (or ELSE) to the next part.
bool Recogniser::branch_body(Cursor& c, std::uint32_t head, std::uint32_t then, bool alternative) {
  const Statement s{head, then + 1, {}};
  const bool catalogue = reads_catalogue(c.range(head, then));
  scan_expressions({head, then, {}}, place_.parent);
  Fact& fact = add(Verb::branch, s, head);
  if (catalogue) fact.add(Flag::reads_catalogue);
  if (alternative) fact.detail = "else";
  c.move_to(then + 1);
  const Inside inside(*this, last_fact(), Context::branch);
  ++branch_depth_;
  const std::size_t mark = assigned_.size();
  const bool ok = statements(c);
  --branch_depth_;
  forget_assigned(mark);
  return ok;
}

bool Recogniser::if_statement(Cursor& c) {
  list(c.pos(), c.pos() + 1, "IF");
  bool alternative = false;
  for (;;) {
    const std::uint32_t head = c.pos();
    std::uint32_t then = head;
    if (!c.is(kw_else)) {
      then = find_head_end(c, kw_then);
      if (then >= c.last()) return false;
    }
    if (!branch_body(c, head, then, alternative)) return false;
    alternative = true;
    if (c.is(kw_elsif) || c.is(kw_elseif) || c.is(kw_else)) continue;
    return c.take(kw_end, kw_if) && c.take(TokenKind::semicolon);
  }
}

bool Recogniser::case_statement(Cursor& c) {
  list(c.pos(), c.pos() + 1, "CASE");
  c.advance();
  std::uint32_t when = find_head_end(c, kw_when);
  if (when >= c.last()) return false;
  c.move_to(when);
  bool alternative = false;
  for (;;) {
    const std::uint32_t head = c.pos();
    std::uint32_t then = head;
    if (c.is(kw_when)) {
      then = find_head_end(c, kw_then);
      if (then >= c.last()) return false;
    } else if (!c.is(kw_else)) {
      break;
    }
    if (!branch_body(c, head, then, alternative)) return false;
    alternative = true;
  }
  if (!c.take(kw_end, kw_case)) return false;
  if (c.peek().is_name()) c.advance();
  return c.take(TokenKind::semicolon);
}

// FOR r IN query | EXECUTE text: what stands behind IN.
void Recogniser::loop_source(Cursor c) {
  const std::uint32_t in = c.find(kw_in);
  if (!c.is(kw_for) || in >= c.last()) {
    scan_expressions({c.pos(), c.last(), {}}, place_.parent);
    return;
  }
  c.move_to(in + 1);
  Statement s{c.pos(), c.last(), {}};
  if (c.is(kw_execute)) {
    dynamic_statement(s, c);
    return;
  }
  Cursor query_at = c;
  while (query_at.is(TokenKind::open)) query_at = query_at.inside();
  switch (query_at.peek().keyword) {
    case kw_select: case kw_with: case kw_insert: case kw_update: case kw_delete: case kw_merge: case kw_values: {
      Statement inner{query_at.pos(), query_at.last(), {}};
      dispatch(inner, query_at);
      break;
    }
    default: scan_expressions(s, place_.parent); break;
  }
}

bool Recogniser::loop_statement(Cursor& c) {
  const std::uint32_t head = c.pos();
  list(head, head + 1, c.is(kw_foreach) ? "FOR" : std::string(c.is(kw_for) ? "FOR" : c.is(kw_while) ? "WHILE" : "LOOP"));
  const std::uint32_t loop = find_head_end(c, kw_loop);
  if (loop >= c.last()) return false;
  const Statement s{head, loop + 1, {}};
  add(Verb::loop, s, head);
  const std::int32_t index = last_fact();
  // The query of the loop runs once, but belongs to it all the same.
  const Inside inside(*this, index, Context::loop);
  loop_source(c.range(head, loop));
  c.move_to(loop + 1);
  if (may_look_through_loop()) forget_in_loop(c.pos(), find_loop_end(c));
  ++branch_depth_;
  const std::size_t mark = assigned_.size();
  const bool ok = statements(c);
  --branch_depth_;
  forget_assigned(mark);
  if (!ok || !c.take(kw_end, kw_loop)) return false;
  if (c.peek().is_name()) c.advance();
  return c.take(TokenKind::semicolon);
}

// FORALL i IN 1..n [SAVE EXCEPTIONS] statement;
bool Recogniser::forall_statement(Cursor& c) {
  const std::uint32_t head = c.pos();
  const std::uint32_t last = find_semicolon(c);
  if (last >= c.last()) return false;
  std::uint32_t i = head + 1;
  while (i < last) {
    const Token& t = c.at(i);
    if (t.is(kw_insert) || t.is(kw_update) || t.is(kw_delete) || t.is(kw_merge) || t.is(kw_execute)) break;
    i = c.behind_group(i);
  }
  add(Verb::loop, {head, i, {}}, head);
  const Inside inside(*this, last_fact(), Context::loop);
  if (i < last) simple_statement(i, last);
  c.move_to(last + 1);
  return true;
}

}  // namespace backstay::sql
