#include "core/sql/recogniser.hpp"

#include <algorithm>

namespace backstay::sql {

Recogniser::Recogniser(Script& script, const TextDocument& document, const Config& config, std::vector<StatementInfo>* listing)
    : script_(script), document_(document), config_(config), limits_(config.limits), dialect_(script.dialect), listing_(listing) {}

const Token& Recogniser::token(std::uint32_t i) const {
  static constexpr Token none{};
  return i < stream().tokens.size() ? stream().tokens[i] : none;
}

Span Recogniser::span_of(std::uint32_t first, std::uint32_t last) const {
  if (last <= first) last = first + 1;
  Span span;
  span.begin = source_->map.physical(token(first).begin);
  span.end = source_->map.physical_end(token(last - 1).end);
  // A text put together backwards would end before it starts.
  if (span.end < span.begin) span.end = span.begin + 1;
  return span;
}

Fact& Recogniser::add(Verb verb, const Statement& s, std::uint32_t anchor, ObjectKind object) {
  Fact& fact = script_.facts.emplace_back();
  fact.verb = verb;
  fact.object = object;
  fact.context = place_.context;
  fact.parent = place_.parent;
  fact.anchor = span_of(anchor, anchor + 1);
  fact.head = span_of(s.first, s.first + 1);
  fact.span = span_of(s.first, s.last);
  return fact;
}

void Recogniser::not_understood(const Statement& s, std::string_view why) { add(Verb::not_understood, s, s.first).detail = why; }

void Recogniser::forget_facts(std::size_t count) {
  script_.facts.resize(count);
  while (!bodies_.empty() && static_cast<std::size_t>(bodies_.back().create) >= count) bodies_.pop_back();
}

void Recogniser::list(std::uint32_t first, std::uint32_t last, std::string kind) {
  if (!listing_) return;
  static constexpr std::string_view contexts[] = {"top", "block", "branch", "loop", "handler", "body", "dynamic"};
  const Span span = span_of(first, last);
  StatementInfo info;
  info.line = document_.position(span.begin).line;
  info.end_line = document_.position(span.end > span.begin ? span.end - 1 : span.begin).line;
  info.kind = std::move(kind);
  info.context = std::string(contexts[static_cast<std::size_t>(place_.context)]);
  info.begin = span.begin;
  info.end = span.end;
  listing_->push_back(std::move(info));
}

// --- whole texts ----------------------------------------------------------------------------------

void Recogniser::read() {
  const std::string_view text = document_.text();
  Source& main = sources_.emplace_back();
  source_ = &main;
  if (text.size() > limits_.max_script_bytes || text.size() > 0xFFFFFFF0u) {
    main.stream.text = text;
    Fact& fact = script_.facts.emplace_back();
    fact.verb = Verb::not_understood;
    fact.detail = "the script is larger than the limit";
    fact.anchor = fact.head = {0, text.empty() ? 0u : 1u};
    fact.span = {0, static_cast<std::uint32_t>(std::min<std::size_t>(text.size(), 0xFFFFFFF0u))};
    script_.statements = 1;
    return;
  }
  SplitText cut = split(text, 0, text.size(), dialect_, true);
  main.stream = std::move(cut.stream);
  substitution_signs_ = (dialect_ == Dialect::oracle && text.find('&') != std::string_view::npos) ||
                        (dialect_ == Dialect::mssql && text.find("$(") != std::string_view::npos);
  script_.comments = std::move(main.stream.comments);
  // Moving thousands of facts about costs more than room that is not used; blocks hold statements of their own.
  constexpr std::size_t bytes_a_fact = 80, most = 4096;
  script_.facts.reserve(std::max(cut.statements.size() + 8, std::min(text.size() / bytes_a_fact, most)));
  if (dialect_ == Dialect::mssql) {
    batches(cut);
  } else {
    std::size_t inner = 0;
    for (const StatementRange& range : cut.statements) {
      while (inner < cut.inner_client_lines.size() && cut.inner_client_lines[inner].begin < range.begin) ++inner;
      if (script_.statements == limits_.max_statements || full()) {
        not_understood({range.first, range.last, {}}, "the script has more statements than the limit");
        break;
      }
      const bool client = token(range.first).is(TokenKind::client_line);
      if (!client) ++script_.statements;
      place_ = Place{};
      statement(range.first, range.last);
      for (; inner < cut.inner_client_lines.size() && !full() && cut.inner_client_lines[inner].begin < range.end; ++inner) {
        client_line({range.first, range.last, {}}, cut.inner_client_lines[inner]);
      }
    }
  }
  read_bodies();
  if (full() && script_.facts.back().verb != Verb::not_understood) not_understood({0, static_cast<std::uint32_t>(stream().tokens.size()), {}}, "the script has more statements than the limit");
}

void Recogniser::client_line(const Statement& s, const Token& line) {
  std::string_view text = spelling(line);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\\')) text.remove_suffix(1);
  Fact& fact = add(Verb::client_command, s, s.first);
  fact.detail = text;
  fact.anchor = {source_->map.physical(line.begin), source_->map.physical_end(line.end)};
}

// Brackets and quotes close. What does not is one finding for the whole statement.
// The depth of brackets is checked here once, so whoever follows them down cannot run out of stack.
bool Recogniser::well_formed(const Statement& s) {
  if (!stream().irregular && limits_.max_sql_nesting >= ordinary_nesting) return true;
  std::size_t depth = 0;
  for (std::uint32_t i = s.first; i < s.last; ++i) {
    const Token& t = token(i);
    if ((t.flags & token_unterminated) != 0) {
      not_understood(s, t.is(TokenKind::junk) ? "a comment is never closed"
                        : t.is(TokenKind::quoted) ? "a quoted name is never closed"
                                                  : "a literal is never closed");
      return false;
    }
    if ((t.is(TokenKind::open) || t.is(TokenKind::close)) && t.partner == no_partner) {
      not_understood(s, t.is(TokenKind::open) ? "a bracket is never closed" : "a bracket is closed that was never opened");
      return false;
    }
    if (t.is(TokenKind::open) && ++depth > limits_.max_sql_nesting) {
      not_understood(s, "brackets are nested deeper than the limit");
      return false;
    }
    if (t.is(TokenKind::close)) --depth;
  }
  return true;
}

void Recogniser::substitutions(std::uint32_t first, std::uint32_t last) {
  if (!stream().substitutions && !substitution_signs_) return;
  const Statement s{first, last, {}};
  for (std::uint32_t i = first; i < last && !full(); ++i) {
    const Token& t = token(i);
    if (t.is(TokenKind::substitution)) {
      add(Verb::substitution, s, i).detail = spelling(t);
      continue;
    }
    const bool quoted = t.is(TokenKind::quoted) && dialect_ == Dialect::mssql;  // USE [$(db)]
    if ((t.kind != TokenKind::literal && !quoted) || dialect_ == Dialect::postgresql) continue;
    const std::string_view text = spelling(t);
    const char sign = dialect_ == Dialect::oracle ? '&' : '$';
    for (std::size_t at = text.find(sign); at != std::string_view::npos && !full(); at = text.find(sign, at + 1)) {
      std::size_t end = at + 1;
      if (dialect_ == Dialect::mssql) {
        if (end >= text.size() || text[end] != '(') continue;
        end = text.find(')', end);
        if (end == std::string_view::npos) break;
        ++end;
      } else {
        if (end < text.size() && text[end] == '&') ++end;
        const std::size_t name = end;
        while (end < text.size() && ((text[end] | 0x20) >= 'a' && (text[end] | 0x20) <= 'z')) ++end;
        if (end == name) continue;
      }
      Fact& fact = add(Verb::substitution, s, i);
      if (!quoted) fact.add(Flag::in_literal);
      const std::uint32_t place = source_->map.physical(t.begin + static_cast<std::uint32_t>(at));
      fact.anchor = {place, place + static_cast<std::uint32_t>(end - at)};
      fact.detail = text.substr(at, end - at);
      at = end - 1;
    }
  }
}

// One SQL statement, outside PL code. Whatever happens, it leaves a fact.
void Recogniser::statement(std::uint32_t first, std::uint32_t last) {
  Statement s{first, last, {}};
  if (first >= last) return;
  if (nesting_ > limits_.max_sql_nesting) {
    not_understood(s, "statements are nested deeper than the limit");
    return;
  }
  const Token& head = token(first);
  if (head.is(TokenKind::client_line)) {
    list(first, last, "CLIENT-COMMAND");
    client_line(s, head);
    const std::string_view text = spelling(head);
    if (dialect_ == Dialect::postgresql && text.starts_with("\\gexec")) opaque_dynamic(s, first);
    if (dialect_ == Dialect::oracle && text.size() > 5 && same_word(text.substr(0, 4), "exec")) {
      // EXEC[UTE] p(...): SQL*Plus wraps the rest of the line in BEGIN .. END.
      const std::size_t blank = text.find_first_of(" \t");
      if (blank != std::string_view::npos) {
        Source& inner = sources_.emplace_back();
        inner.stream = read_tokens(stream().text, head.begin + blank, head.end, dialect_, true);
        const Source* outer = source_;
        source_ = &inner;
        auto end = static_cast<std::uint32_t>(inner.stream.tokens.size());
        if (end > 0 && inner.stream.tokens[end - 1].is(TokenKind::semicolon)) --end;
        if (end > 0) simple_statement(0, end);
        source_ = outer;
      }
    }
    return;
  }
  if (!understood(s, [&] { return dispatch(s, cursor(s)); })) return;
  if (source_ == &sources_.front()) substitutions(first, last);
}

bool Recogniser::dispatch(Statement& s, Cursor c) {
  // (SELECT ...) UNION ...
  if (c.is(TokenKind::open)) {
    query(s, c);
    return true;
  }
  if (dispatch_common(s, c)) return true;
  switch (dialect_) {
    case Dialect::postgresql: return dispatch_postgresql(s, c);
    case Dialect::mssql: return dispatch_mssql(s, c);
    case Dialect::oracle: return dispatch_oracle(s, c);
  }
  return false;
}

// Statements that all three servers spell alike, as far as we read them.
bool Recogniser::dispatch_common(Statement& s, Cursor& c) {
  if (c.is(kw_with)) with_list(s, c);
  if (c.is(TokenKind::open)) {  // WITH ... (SELECT ...)
    query(s, c);
    return true;
  }
  switch (c.peek().keyword) {
    case kw_select: query(s, c); return true;
    case kw_insert: insert(s, c); return true;
    case kw_update:
      if (c.is(kw_statistics, 1)) {
        add(Verb::maintenance, s, s.first);
      } else {
        update(s, c);
      }
      return true;
    case kw_delete: remove(s, c); return true;
    case kw_merge: merge(s, c); return true;
    case kw_truncate: truncate(s, c); return true;
    case kw_create: return create(s, c);
    case kw_alter: return alter(s, c);
    case kw_drop: return drop(s, c);
    case kw_grant:
    case kw_revoke: grant(s, c); return true;
    case kw_commit:
    case kw_rollback: end_transaction(s, c); return true;
    default: return false;
  }
}

bool Recogniser::dispatch_postgresql(Statement& s, Cursor& c) {
  switch (c.peek().keyword) {
    case kw_values:
    case kw_table: query(s, c); return true;
    case kw_do: do_block(s, c); return true;
    case kw_copy: copy(s, c); return true;
    case kw_explain: explain(s, c); return true;
    case kw_prepare: {
      if (c.is(kw_transaction, 1)) {
        add(Verb::commit, s, s.first).detail = "prepare";
        return true;
      }
      c.advance();
      const Name prepared = name(c);
      Fact& fact = add(Verb::prepare, s, s.first);
      fact.names.push_back(prepared);
      prepared_.insert(prepared.name);
      c.move_to(c.find(kw_as));
      c.advance();
      if (c.done()) return true;
      const Inside inside(*this, last_fact(), Context::body);
      Statement inner{c.pos(), s.last, {}};
      return dispatch(inner, c);
    }
    case kw_execute: {
      c.advance();
      const Name prepared = name(c);
      add(Verb::run_prepared, s, s.first).names.push_back(prepared);
      return true;
    }
    case kw_call: call_statement(s, c); return true;
    case kw_refresh:
    case kw_reindex:
    case kw_vacuum:
    case kw_cluster:
    case kw_analyze:
    case kw_analyse: {
      Fact& fact = add(Verb::maintenance, s, s.first);
      Cursor rest = c;
      rest.advance();
      const bool concurrently = rest.find(kw_concurrently) < s.last;
      if (concurrently) fact.add(Flag::online);
      const bool whole = rest.find(kw_schema) < s.last || rest.find(kw_database) < s.last || rest.find(kw_system) < s.last;
      if (c.is(kw_vacuum) || (c.is(kw_reindex) && (concurrently || whole))) fact.add(Flag::no_transaction);
      if (c.is(kw_cluster)) {
        while (rest.is(TokenKind::open) || rest.is(kw_verbose)) rest.skip();
        if (rest.done()) fact.add(Flag::no_transaction);
      }
      return true;
    }
    case kw_comment: comment_on(s, c); return true;
    case kw_security: add(Verb::comment, s, s.first); return true;
    case kw_lock: {
      Fact& fact = add(Verb::lock_table, s, s.first);
      c.advance();
      c.take(kw_table);
      c.take(kw_only);
      fact.names.push_back(name(c));
      return true;
    }
    case kw_reassign:
      add(Verb::change_owner, s, s.first);
      return true;
    case kw_import: {
      external_token(s, s.first);
      add(Verb::create, s, s.first, ObjectKind::other);
      return true;
    }
    case kw_close:
    case kw_checkpoint:
    case kw_deallocate:
    case kw_declare:
    case kw_fetch:
    case kw_move:
    case kw_listen:
    case kw_unlisten:
    case kw_notify:
    case kw_load:
    case kw_show: add(Verb::other, s, s.first); return true;
    default: return session(s, c);
  }
}

// CALL p(arguments).
void Recogniser::call_statement(const Statement& s, Cursor& c) {
  c.advance();
  const std::uint32_t at = c.pos();
  const Name routine = name(c);
  called(s, routine, c.inside(), CallForm::statement, s.first);
  scan_expressions({at, s.last, {}}, place_.parent);
}

bool Recogniser::dispatch_oracle(Statement& s, Cursor& c) {
  switch (c.peek().keyword) {
    case kw_begin:
    case kw_declare: oracle_unit(s); return true;
    case kw_call: call_statement(s, c); return true;
    case kw_explain: explain(s, c); return true;
    case kw_comment: comment_on(s, c); return true;
    case kw_lock: {
      Fact& fact = add(Verb::lock_table, s, s.first);
      c.advance();
      c.take(kw_table);
      fact.names.push_back(name(c));
      return true;
    }
    case kw_rename: {
      c.advance();
      const Name from = name(c);
      c.take(kw_to);
      rename_fact(s, from, name(c), ObjectKind::unknown, s.first);
      return true;
    }
    case kw_analyze: add(Verb::maintenance, s, s.first); return true;
    case kw_flashback: {
      Fact& fact = add(Verb::other, s, s.first);
      fact.detail = "flashback";
      return true;
    }
    case kw_purge:
    case kw_audit:
    case kw_noaudit:
    case kw_associate:
    case kw_disassociate: add(Verb::other, s, s.first); return true;
    default:
      if (c.is_sign("<<")) {
        oracle_unit(s);
        return true;
      }
      return session(s, c);
  }
}

}  // namespace backstay::sql
