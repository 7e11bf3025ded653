// Keyword numbers and their look-up: eight bytes at a time, one probe, one compare.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/ascii.hpp"
#include "core/sql/keyword_list.hpp"

namespace backstay::sql {

enum Keyword : std::uint16_t {
  no_keyword,
#define BACKSTAY_SQL_X(word) kw_##word,
  BACKSTAY_SQL_KEYWORDS(BACKSTAY_SQL_X)
#undef BACKSTAY_SQL_X
  keyword_count,
};

// `word` as spelt, in any case; no_keyword when it is no keyword.
Keyword find_keyword(std::string_view word);

// Lower-case spelling; empty for no_keyword.
std::string_view keyword_spelling(Keyword keyword);

// ASCII comparison without case.
constexpr bool same_word(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && ascii_lower(a[i]) != ascii_lower(b[i])) return false;
  }
  return true;
}

}  // namespace backstay::sql
