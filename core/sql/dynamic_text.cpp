// Dynamic SQL: what an expression of literals says, and running it through the recogniser again
// with a map back to the places where its bytes were written (rules.md section 1, "Known text").
#include <charconv>

#include "core/base/utf8.hpp"
#include "core/sql/recogniser.hpp"

namespace backstay::sql {
namespace {

// Stands in a text where an unknown value would be: a name nobody uses.
constexpr std::string_view unknown_value = "backstay_unknown_value";

// The bytes between the quotes: [first, second) inside the token's spelling.
std::pair<std::size_t, std::size_t> between_quotes(std::string_view text, const Token& t) {
  if ((t.flags & token_dollar) != 0) {
    const std::size_t tag = text.find('$', 1) + 1;
    return {tag, text.size() >= 2 * tag ? text.size() - tag : text.size()};
  }
  const std::size_t quote = text.find_first_of("'\"");
  if (quote == std::string_view::npos) return {0, text.size()};
  std::size_t first = quote + 1, last = text.size();
  if ((t.flags & token_unterminated) == 0 && last > first) --last;
  if ((t.flags & token_quote_op) != 0 && first < last) {
    std::size_t sign = 1;  // the delimiter, which can be several bytes
    while (first + sign < last && (static_cast<unsigned char>(text[first + sign]) & 0xC0) == 0x80) ++sign;
    first += sign;
    last = last >= first + sign ? last - sign : first;
  }
  return {first, last};
}

bool concatenates(const Cursor& c, Dialect dialect) {
  return dialect == Dialect::mssql ? c.is_sign("+") : c.is_sign("||");
}

}  // namespace

// The value of a literal. `map`, when given, gets the places of its bytes, counted from `at` on.
std::string Recogniser::literal_text(const Token& t, OffsetMap* map, std::size_t at) const {
  const std::string_view text = spelling(t);
  const auto [first, last] = between_quotes(text, t);
  std::string out;
  out.reserve(last - first);
  const auto mark = [&](std::size_t source, bool run) {
    if (map) map->add(at + out.size(), source_->map.physical(t.begin + static_cast<std::uint32_t>(source)), run);
  };
  const bool verbatim = (t.flags & (token_dollar | token_quote_op)) != 0;
  const bool escapes = (t.flags & token_escapes) != 0;
  const char quote = verbatim ? '\0' : text[first - 1];
  // A literal inside a derived text can lie on several places already: map it byte run by byte run.
  const bool nested = !source_->map.identity();
  std::size_t i = first;
  mark(i, true);
  while (i < last) {
    if (!nested || !map) {  // bytes that mean themselves
      std::size_t plain = i;
      while (plain < last && text[plain] != quote && !(escapes && text[plain] == '\\')) ++plain;
      if (verbatim) plain = last;
      out.append(text.substr(i, plain - i));
      i = plain;
      if (i == last) break;
    }
    const char c = text[i];
    if (nested && map) mark(i, true);
    if (!verbatim && c == quote && i + 1 < last && text[i + 1] == quote) {
      out += c;
      i += 2;
      mark(i, true);
    } else if (escapes && c == '\\' && i + 1 < last) {
      const char e = text[i + 1];
      mark(i, false);
      std::size_t used = 2;
      switch (e) {
        case 'n': out += '\n'; break;
        case 't': out += '\t'; break;
        case 'r': out += '\r'; break;
        case 'b': out += '\b'; break;
        case 'f': out += '\f'; break;
        case 'x':
        case 'u':
        case 'U': {
          std::uint32_t value = 0;
          const std::size_t digits = e == 'x' ? 2 : e == 'u' ? 4 : 8;
          const char* from = text.data() + i + 2;
          const char* to = text.data() + std::min(last, i + 2 + digits);
          const auto read = std::from_chars(from, to, value, 16);
          used += static_cast<std::size_t>(read.ptr - from);
          append_utf8(out, value);
          break;
        }
        default: out += e; break;
      }
      i += used;
      mark(i, true);
    } else {
      out += c;
      ++i;
    }
  }
  return out;
}

std::string_view Recogniser::literal_value(const Token& t) {
  const std::string_view text = spelling(t);
  const auto [first, last] = between_quotes(text, t);
  const std::string_view inner = text.substr(first, last - first);
  if ((t.flags & (token_dollar | token_quote_op)) != 0 || inner.find_first_of("'\\") == std::string_view::npos) return inner;
  return keep(literal_text(t, nullptr, 0));
}

// --- variables ------------------------------------------------------------------------------------

Variable& Recogniser::variable(std::string_view name) {
  if (branch_depth_ > 0) assigned_.push_back(name);
  return variables_[name];
}

void Recogniser::assign(std::string_view name, Cursor expression, bool appends) {
  const bool catalogue = reads_catalogue(expression);
  DynamicText value;
  // x := x || ...: goes on with the text there is, without copying it.
  if (!appends && expression.peek().kind != TokenKind::literal && (expression.peek().is_name() || expression.is(TokenKind::parameter))) {
    Cursor rest = expression;
    const std::string_view first = rest.is(TokenKind::parameter) ? lowered(rest.spelling()) : normalised(rest.peek());
    rest.advance();
    if (first == name && concatenates(rest, dialect_)) {
      rest.advance();
      appends = true;
      expression = rest;
    }
  }
  if (appends) {
    const auto found = variables_.find(name);
    if (found != variables_.end()) {
      value = std::move(found->second.text);
      append(value, evaluate(expression));
    } else {
      unknown_operand(value, expression.pos());
      append(value, evaluate(expression));
    }
  } else {
    value = evaluate(expression);
  }
  Variable& target = variable(name);
  target.text = std::move(value);
  target.catalogue = catalogue;
  catalogue_variables_ = catalogue_variables_ || catalogue;
}

void Recogniser::assign_unknown(std::string_view name, bool catalogue) {
  Variable& target = variable(name);
  target.text = DynamicText{};
  target.text.known = false;
  target.text.opaque_start = true;
  target.catalogue = catalogue;
  catalogue_variables_ = catalogue_variables_ || catalogue;
}

void Recogniser::forget_assigned(std::size_t mark) {
  for (std::size_t i = mark; i < assigned_.size(); ++i) {
    const auto found = variables_.find(assigned_[i]);
    if (found == variables_.end()) continue;
    found->second.text.known = false;
  }
  if (branch_depth_ == 0) assigned_.clear();
}

bool Recogniser::may_look_through_loop() {
  if (variables_.empty()) return false;
  if (loop_tokens_ <= 4 * stream().tokens.size()) return true;
  variables_.clear();
  return false;
}

void Recogniser::forget_in_loop(std::uint32_t first, std::uint32_t last) {
  loop_tokens_ += last - first;
  for (std::uint32_t i = first; i + 1 < last; ++i) {
    const Token& t = token(i);
    const Token& sign = token(i + 1);
    if (!sign.is(TokenKind::op)) continue;
    const std::string_view text = spelling(sign);
    bool assigns = text == ":=" || text == "+=";
    const Token& left = token(i > 0 ? i - 1 : 0);
    if (text == "=" && t.is(TokenKind::parameter)) assigns = left.is(kw_set) || left.is(kw_select) || left.is(TokenKind::comma);
    if (text == "=" && t.is_name()) assigns = left.is(TokenKind::semicolon) || left.is(kw_loop) || left.is(kw_then) || left.is(kw_begin);
    if (!assigns || !(t.is_name() || t.is(TokenKind::parameter))) continue;
    const auto found = variables_.find(t.is(TokenKind::parameter) ? lowered(spelling(t)) : normalised(t));
    if (found == variables_.end()) continue;
    DynamicText& value = found->second.text;
    value.known = false;
    // A counter says nothing about the next round; a text still shows what kind of statement it begins.
    if (value.text.find_first_not_of("0123456789") == std::string::npos) value.text.clear();
  }
}

// --- expressions ----------------------------------------------------------------------------------

void Recogniser::unknown_operand(DynamicText& out, std::uint32_t at) const {
  if (out.text.empty()) out.opaque_start = true;
  out.known = false;
  out.map.add(out.text.size(), source_->map.physical(token(at).begin), false);
  out.text += unknown_value;
}

void Recogniser::append_literal(DynamicText& out, const Token& t) const { out.text += literal_text(t, &out.map, out.text.size()); }

void Recogniser::append(DynamicText& out, DynamicText part) const {
  if (out.text.empty()) {
    const bool known = out.known;
    const bool opaque = out.opaque_start;
    out = std::move(part);
    out.known = out.known && known;
    out.opaque_start = out.opaque_start || opaque;
    return;
  }
  out.map.append(part.map, out.text.size());
  out.text += part.text;
  out.known = out.known && part.known;
}

// The text of an expression, as far as it is put together from literals.
DynamicText Recogniser::evaluate(Cursor c, std::uint32_t depth) {
  DynamicText out;
  if (c.done() || depth > limits_.max_sql_nesting || derived_bytes_ > 2 * limits_.max_script_bytes) {
    unknown_operand(out, c.pos());
    return out;
  }
  while (!c.done()) {
    std::uint32_t end = c.pos();
    while (end < c.last() && !concatenates(c.range(end, c.last()), dialect_)) end = c.behind_group(end);
    evaluate_operand(c.range(c.pos(), end), out, depth);
    c.move_to(end);
    c.advance();
  }
  derived_bytes_ += out.text.size();
  return out;
}

void Recogniser::evaluate_operand(Cursor c, DynamicText& out, std::uint32_t depth) {
  const std::uint32_t at = c.pos();
  // (expression)
  if (c.is(TokenKind::open) && c.behind_group(at) == c.last() && !c.inside().is(kw_select)) {
    return append(out, evaluate(c.inside(), depth + 1));
  }
  // Behind a value a cast or a collation changes nothing.
  std::uint32_t end = c.last();
  for (std::uint32_t i = at; i < c.last(); i = c.behind_group(i)) {
    const Token& t = c.at(i);
    if ((t.is(TokenKind::op) && spelling(t) == "::") || t.is(kw_collate)) {
      end = i;
      break;
    }
  }
  const Cursor value = c.range(at, end);
  if (value.is(TokenKind::literal)) {
    // Literals next to each other are one; what else follows is not text.
    bool all = true;
    for (std::uint32_t i = at; i < end; ++i) all = all && c.at(i).is(TokenKind::literal);
    if (!all) return unknown_operand(out, at);
    for (std::uint32_t i = at; i < end; ++i) append_literal(out, c.at(i));
    return;
  }
  if (value.is(TokenKind::number) && end == at + 1) {
    out.map.add(out.text.size(), source_->map.physical(c.at(at).begin), true);
    out.text += spelling(c.at(at));
    return;
  }
  if ((value.peek().is_name() || value.is(TokenKind::parameter)) && end == at + 1) {
    const std::string_view name = value.is(TokenKind::parameter) ? lowered(value.spelling()) : normalised(value.peek());
    const auto found = variables_.find(name);
    if (found == variables_.end()) return unknown_operand(out, at);
    derived_bytes_ += found->second.text.text.size();
    DynamicText text = found->second.text;
    if (!text.known && text.text.empty()) return unknown_operand(out, at);
    return append(out, std::move(text));
  }
  if (evaluate_function(value, out, depth)) return;
  unknown_operand(out, at);
}

// CHR(10), quote_ident('a'), format('...', ...) and the like.
bool Recogniser::evaluate_function(Cursor c, DynamicText& out, std::uint32_t depth) {
  const std::uint32_t at = c.pos();
  if (!c.peek().is_name()) return false;
  const Name function = name(c);
  if (!c.is(TokenKind::open) || c.behind_group(c.pos()) != c.last()) return false;
  const std::string_view f = lowered(function.name);
  Cursor arguments = c.inside();
  const auto next = [&](Cursor& rest) {
    std::uint32_t end = rest.pos();
    while (end < rest.last() && !rest.at(end).is(TokenKind::comma)) end = rest.behind_group(end);
    const Cursor argument = rest.range(rest.pos(), end);
    rest.move_to(end);
    rest.advance();
    return argument;
  };
  if (f == "chr" || f == "char" || f == "nchar" || f == "unistr") {
    if (!arguments.is(TokenKind::number) || arguments.pos() + 1 != arguments.last()) return false;
    std::uint32_t code = 0;
    const std::string_view digits = arguments.spelling();
    std::from_chars(digits.data(), digits.data() + digits.size(), code);
    out.map.add(out.text.size(), source_->map.physical(token(at).begin), false);
    append_utf8(out.text, code);
    return true;
  }
  if (f == "quote_ident" || f == "quotename" || f == "quote_literal" || f == "enquote_name" || f == "dbms_assert") {
    DynamicText inner = evaluate(next(arguments), depth + 1);
    if (!inner.known) return false;
    const bool square = f == "quotename" && !arguments.is(TokenKind::literal);
    const std::uint32_t place = source_->map.physical(token(at).begin);
    const auto sign = [&](char c2) {
      out.map.add(out.text.size(), place, false);
      out.text += c2;
    };
    const char open = f == "quote_literal" ? '\'' : square ? '[' : '"';
    const char close = square ? ']' : open;
    sign(open);
    append(out, std::move(inner));
    sign(close);
    return true;
  }
  if (f == "concat") {
    while (!arguments.done()) append(out, evaluate(next(arguments), depth + 1));
    return true;
  }
  if (f == "format" && dialect_ == Dialect::postgresql) return format_call(arguments, out, depth);
  if (f == "cast") {
    const std::uint32_t as = arguments.find(kw_as);
    append(out, evaluate(arguments.range(arguments.pos(), as), depth + 1));
    return true;
  }
  if ((f == "convert" || f == "try_convert") && dialect_ == Dialect::mssql) {
    next(arguments);
    append(out, evaluate(next(arguments), depth + 1));
    return true;
  }
  if (f == "to_char" || f == "to_clob" || f == "upper" || f == "lower" || f == "ltrim" || f == "rtrim" || f == "trim" || f == "btrim") {
    const Cursor argument = next(arguments);
    if (!arguments.done() || f == "upper" || f == "lower") return false;
    append(out, evaluate(argument, depth + 1));
    return true;
  }
  return false;
}

// format('... %I ... %L ... %s ... %%', arguments)
bool Recogniser::format_call(Cursor arguments, DynamicText& out, std::uint32_t depth) {
  std::vector<Cursor> values;
  const std::uint32_t at = arguments.pos();
  while (!arguments.done()) {
    std::uint32_t end = arguments.pos();
    while (end < arguments.last() && !arguments.at(end).is(TokenKind::comma)) end = arguments.behind_group(end);
    values.push_back(arguments.range(arguments.pos(), end));
    arguments.move_to(end);
    arguments.advance();
  }
  if (values.empty()) return false;
  const DynamicText pattern = evaluate(values.front(), depth + 1);
  if (!pattern.known) {
    append(out, pattern);
    return true;
  }
  const std::string_view text = pattern.text;
  std::size_t next_value = 1, i = 0;
  while (i < text.size()) {
    const std::size_t percent = std::min(text.find('%', i), text.size());
    if (percent > i) {
      // Runs of the pattern keep their places.
      for (std::size_t k = i; k < percent; ++k) {
        const std::uint32_t place = pattern.map.physical(static_cast<std::uint32_t>(k));
        if (k == i || place != pattern.map.physical(static_cast<std::uint32_t>(k - 1)) + 1) out.map.add(out.text.size(), place, true);
        out.text += text[k];
      }
      i = percent;
      continue;
    }
    std::size_t k = percent + 1;
    std::size_t position = 0;
    while (k < text.size() && (text[k] == '-' || (text[k] >= '0' && text[k] <= '9') || text[k] == '$' || text[k] == '*')) {
      if (text[k] == '$') {
        std::from_chars(text.data() + percent + 1, text.data() + k, position);
      }
      ++k;
    }
    const char kind = k < text.size() ? text[k] : '\0';
    const std::uint32_t place = pattern.map.physical(static_cast<std::uint32_t>(percent));
    i = k < text.size() ? k + 1 : k;
    out.map.add(out.text.size(), place, false);
    if (kind == '%') {
      out.text += '%';
      continue;
    }
    const std::size_t index = position != 0 ? position : next_value++;
    DynamicText value;
    if (index < values.size()) value = evaluate(values[index], depth + 1);
    else value.known = false;
    if (value.known) {
      // quote_ident leaves simple lower-case names alone; quoting them all the same changes nothing.
      if (kind == 'I') out.text += '"' + value.text + '"';
      else if (kind == 'L') out.text += '\'' + value.text + '\'';
      else out.text += value.text;
    } else {
      out.known = false;
      if (out.text.empty()) out.opaque_start = true;
      if (kind == 'L') out.text += '\'';
      out.text += unknown_value;
      if (kind == 'L') out.text += '\'';
    }
  }
  (void)at;
  return true;
}

// --- running it -----------------------------------------------------------------------------------

void Recogniser::opaque_dynamic(const Statement& s, std::uint32_t anchor) { add(Verb::dynamic, s, anchor); }

void Recogniser::run_dynamic(const Statement& s, DynamicText text, std::uint32_t anchor) {
  {
    Fact& fact = add(Verb::dynamic, s, anchor);
    if (text.known) fact.add(Flag::known_text);
  }
  const std::int32_t index = last_fact();
  if (!text.known && text.opaque_start) return;
  if (dynamic_depth_ >= limits_.max_dynamic_depth || derived_bytes_ > 2 * limits_.max_script_bytes) {
    not_understood(s, "dynamic SQL is nested deeper than the limit");
    return;
  }
  const bool known = text.known;
  script_.pool.push_back(std::move(text.text));
  Source& inner = sources_.emplace_back();
  inner.map = std::move(text.map);
  const std::string_view body = script_.pool.back();
  if (inner.map.identity()) inner.map.add(0, source_->map.physical(token(anchor).begin), false);
  SplitText cut = split(body, 0, body.size(), dialect_, false);
  inner.stream = std::move(cut.stream);

  const Source* outer = source_;
  const bool outer_block = in_block_;
  std::unordered_map<std::string_view, Variable> outer_variables;
  outer_variables.swap(variables_);
  std::vector<std::string_view> outer_assigned;
  outer_assigned.swap(assigned_);
  source_ = &inner;
  in_block_ = false;
  ++dynamic_depth_;
  const std::size_t before = script_.facts.size();
  const std::size_t listed = listing_ ? listing_->size() : 0;
  {
    const Inside inside(*this, index, Context::dynamic);
    if (dialect_ == Dialect::mssql) {
      batches(cut);
    } else {
      for (const StatementRange& range : cut.statements) statement(range.first, range.last);
    }
  }
  --dynamic_depth_;
  source_ = outer;
  in_block_ = outer_block;
  variables_.swap(outer_variables);
  assigned_.swap(outer_assigned);
  if (known) return;

  // Only a skeleton: the kinds are sure, the names mostly not, and what cannot be read says nothing.
  if (listing_) listing_->resize(listed);
  std::vector<Fact>& facts = script_.facts;
  const auto unknown = [](const Name& name) { return name.written.find(unknown_value) != std::string_view::npos; };
  bool readable = true;
  for (std::size_t i = before; i < facts.size(); ++i) {
    if (facts[i].verb == Verb::not_understood) readable = false;
  }
  if (!readable) {
    forget_facts(before);
    return;
  }
  for (std::size_t i = before; i < facts.size(); ++i) {
    Fact& fact = facts[i];
    fact.add(Flag::skeleton);
    fact.anchor = fact.head;
    fact.names.erase_if(unknown);
    if (unknown(fact.on)) fact.on = {};
    if (unknown(fact.new_name)) fact.new_name = {};
    if (unknown(fact.other_name)) fact.other_name = {};
  }
}

}  // namespace backstay::sql
