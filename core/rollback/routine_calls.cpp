#include "core/rollback/routine_calls.hpp"

#include <algorithm>

#include "core/base/ascii.hpp"
#include "core/rollback/dml_shape.hpp"
#include "core/sql/rules/rules.hpp"
#include "core/sql/splitter.hpp"

namespace backstay::rollback {
namespace {

using namespace backstay::sql;

// A name with a list behind it is no call when one of these stands before it: INSERT INTO t (a), CREATE INDEX ON t (a).
bool introduces_table(const Token& t) {
  switch (t.keyword) {
    case kw_into: case kw_table: case kw_update: case kw_as: case kw_references: case kw_on: case kw_constraint: case kw_type: case kw_with: return true;
    default: return t.is(TokenKind::close);
  }
}

bool is_word_of_plpgsql(std::string_view word) {
  constexpr std::string_view words[] = {"if", "elsif", "elseif", "while", "return", "loop", "exit", "continue", "raise", "perform", "assert", "foreach", "execute", "call"};
  return std::any_of(std::begin(words), std::end(words), [&](std::string_view w) { return same_word(w, word); });
}

void add_calls(const TokenStream& stream, std::uint32_t first, std::uint32_t last, const Scope& scope, std::vector<std::string>& calls) {
  const Cursor c(stream, first, last);
  for (std::uint32_t i = first; i < last; ++i) {
    if (!is_function_call(c, i) || is_word_of_plpgsql(c.spelling(c.at(i)))) continue;
    std::uint32_t start = i;
    while (start > first + 1 && c.at(start - 1).is(TokenKind::dot) && c.at(start - 2).is_name()) start -= 2;
    const bool cast = start > first && c.at(start - 1).is(TokenKind::op) && c.spelling(c.at(start - 1)) == "::";
    if (cast || (start > first && introduces_table(c.at(start - 1)))) continue;
    if (c.at(c.behind_group(i + 1)).is(kw_as)) continue;  // a CTE with a column list
    const std::string written(stream.text.substr(c.at(start).begin, c.at(i).end - c.at(start).begin));
    std::string folded;
    for (const char ch : written) {
      if (ch != '"') folded += ascii_lower(ch);
    }
    const std::size_t dot = folded.rfind('.');
    Name name;
    name.name = dot == std::string::npos ? std::string_view(folded) : std::string_view(folded).substr(dot + 1);
    if (dot != std::string::npos) name.schema = std::string_view(folded).substr(0, dot);
    Fact call;
    call.names.push_back(name);
    if (rules::is_builtin_routine(scope, call) || (name.schema.empty() && is_repeatable(name.name))) continue;
    if (std::find(calls.begin(), calls.end(), written) == calls.end()) calls.push_back(written);
  }
}

}  // namespace

std::vector<std::string> routine_calls(const TokenStream& stream, std::uint32_t first, std::uint32_t last, const Scope& scope) {
  std::vector<std::string> calls;
  if (scope.dialect() != Dialect::postgresql || first >= last) return calls;
  if (!stream.tokens[first].is(kw_do)) {
    add_calls(stream, first, last, scope, calls);
    return calls;
  }
  for (std::uint32_t i = first; i < last; ++i) {
    const Token& t = stream.tokens[i];
    if (!t.is(TokenKind::literal) || stream.text[t.begin] != '$') continue;
    const std::size_t tag = stream.text.find('$', t.begin + 1) + 1 - t.begin;
    if (tag > t.end - t.begin || 2 * tag > t.end - t.begin) continue;
    const SplitText body = split(stream.text, t.begin + tag, t.end - tag, Dialect::postgresql, false);
    add_calls(body.stream, 0, static_cast<std::uint32_t>(body.stream.tokens.size()), scope, calls);
  }
  return calls;
}

}  // namespace backstay::rollback
