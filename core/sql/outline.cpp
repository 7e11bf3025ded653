#include "core/sql/outline.hpp"

#include <utility>

#include "core/base/ascii.hpp"
#include "core/base/text_document.hpp"
#include "core/sql/lexer.hpp"
#include "core/sql/scope.hpp"
#include "core/sql/splitter.hpp"

namespace backstay::sql {
namespace {

bool is_mode(std::string_view word) { return word == "in" || word == "out" || word == "inout" || word == "variadic"; }

// Types of more than one word begin with these; any other first word of two is the argument's name.
bool begins_type(std::string_view word) {
  return word == "double" || word == "character" || word == "timestamp" || word == "time" || word == "bit" || word == "national" ||
         word == "interval";
}

std::string_view long_name(std::string_view type) {
  static constexpr std::pair<std::string_view, std::string_view> names[] = {
      {"int", "integer"},     {"int4", "integer"},          {"int8", "bigint"},        {"int2", "smallint"},
      {"bool", "boolean"},    {"float8", "double precision"}, {"float4", "real"},      {"decimal", "numeric"},
      {"char", "character"},  {"varchar", "character varying"}, {"timestamptz", "timestamp with time zone"},
      {"timestamp without time zone", "timestamp"},          {"timetz", "time with time zone"},
  };
  for (const auto& [alias, name] : names)
    if (type == alias) return name;
  return type;
}

// One argument as the server tells routines apart: its type without name, default and length; nothing for OUT.
std::optional<std::string> argument_type(const TokenStream& tokens, std::uint32_t first, std::uint32_t last) {
  std::vector<std::string> words;
  for (std::uint32_t i = first; i < last; ++i) {
    const Token& token = tokens.tokens[i];
    const std::string_view text = tokens.spelling(token);
    if (token.is(kw_default) || (token.is(TokenKind::op) && (text == "=" || text == ":="))) break;
    if (token.is(TokenKind::open) && token.partner != no_partner) {  // numeric(10, 2): lengths do not count
      i = token.partner;
      continue;
    }
    words.push_back(token.is(TokenKind::quoted) ? std::string(text) : lowered(text));
  }
  if (!words.empty() && is_mode(words.front())) {
    if (words.front() == "out") return std::nullopt;
    words.erase(words.begin());
  }
  const bool qualified = words.size() > 1 && words[1] == ".";
  if (words.size() > 1 && !qualified && !begins_type(words.front()) && words[1] != "[" && words[1] != "]" && words[1] != "%")
    words.erase(words.begin());
  std::string type;
  for (const std::string& word : words) {
    const bool glued = word == "." || word == "[" || word == "]" || word == "%" || (!type.empty() && (type.back() == '.' || type.back() == '%'));
    if (!type.empty() && !glued) type += ' ';
    type += word;
  }
  for (const std::string_view schema : {"pg_catalog.", "public."})
    if (type.starts_with(schema)) type.erase(0, schema.size());
  return std::string(long_name(type));
}

std::string argument_types(std::string_view signature) {
  const TokenStream tokens = read_tokens(signature, 0, signature.size(), Dialect::postgresql, false);
  const auto count = static_cast<std::uint32_t>(tokens.tokens.size());
  std::string types;
  std::uint32_t first = 0;
  for (std::uint32_t i = 0; i <= count; ++i) {
    if (i < count && tokens.tokens[i].is(TokenKind::open) && tokens.tokens[i].partner != no_partner) {
      i = tokens.tokens[i].partner;
      continue;
    }
    if (i < count && !tokens.tokens[i].is(TokenKind::comma)) continue;
    if (const std::optional<std::string> type = argument_type(tokens, first, i); type && !type->empty()) {
      if (!types.empty()) types += ", ";
      types += *type;
    }
    first = i + 1;
  }
  return types;
}

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (blank && (line.empty() || line.back() == ' ')) continue;
    line += blank ? ' ' : ascii_lower(c);
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

Definition definition_of(const Scope& scope, const Fact& fact, std::uint32_t line) {
  Definition definition;
  definition.routine = is_routine(fact.object);
  definition.key = scope.key(fact.names.front());
  definition.written = fact.names.front().written;
  definition.line = line;
  if (definition.routine) {
    definition.arguments = argument_types(fact.signature);
    definition.returns = one_line(fact.detail);
  } else if (fact.has(Flag::column_list)) {
    definition.columns.emplace();
    for (const Column& column : fact.set_columns) definition.columns->emplace_back(column.name);
  }
  return definition;
}

}  // namespace

Outline outline_of(const Scope& scope, const TextDocument& document) {
  Outline outline;
  const auto line_of = [&](const Fact& fact) { return document.position(fact.anchor.begin).line; };
  if (scope.dialect() == Dialect::postgresql) {
    for (const Fact* fact : scope.executed(Verb::create)) {
      if ((fact->object != ObjectKind::view && !is_routine(fact->object)) || fact->names.empty()) continue;
      if (!fact->has(Flag::or_replace) || scope.of(*fact).dropped_before || scope.passing(*fact)) continue;
      outline.definitions.push_back(definition_of(scope, *fact, line_of(*fact)));
    }
  }
  for (const Verb verb : {Verb::disable, Verb::enable}) {
    for (const Fact* fact : scope.executed(verb)) {
      if (verb == Verb::disable && scope.of(*fact).enabled_later) continue;
      const std::string table = fact->names.empty() ? std::string() : scope.key(fact->names.front());
      if (fact->members.empty()) outline.toggles.push_back({verb == Verb::enable, table, {}, line_of(*fact)});
      for (const std::string_view member : fact->members) outline.toggles.push_back({verb == Verb::enable, table, std::string(member), line_of(*fact)});
    }
  }
  return outline;
}

bool refuses_previous(const Definition& now, const Definition& previous, std::string& reason) {
  if (now.routine) {
    if (now.arguments != previous.arguments) {
      reason = "the previous version takes (" + previous.arguments + "), this one (" + now.arguments + "): both stay, and calls that fit both fail (42725)";
      return true;
    }
    if (now.returns == previous.returns) return false;
    reason = "the previous version returns " + previous.returns + ", this one " + now.returns + ": running the previous one again fails (42P13)";
    return true;
  }
  if (!now.columns || !previous.columns) return false;
  if (previous.columns->size() < now.columns->size()) {
    reason = "this version has " + std::to_string(now.columns->size()) + " columns, the previous one " + std::to_string(previous.columns->size()) +
             ": running the previous one again fails (42P16)";
    return true;
  }
  for (std::size_t i = 0; i < now.columns->size(); ++i) {
    const std::string &here = (*now.columns)[i], &before = (*previous.columns)[i];
    if (here == before || here.empty() || before.empty()) continue;
    reason = "column " + std::to_string(i + 1) + " is " + here + " in this version and " + before + " in the previous one: running the previous one again fails (42P16)";
    return true;
  }
  return false;
}

}  // namespace backstay::sql
