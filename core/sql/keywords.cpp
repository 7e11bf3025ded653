#include "core/sql/keywords.hpp"

#include <array>

namespace backstay::sql {
namespace {

constexpr std::array<std::string_view, keyword_count> spellings = {
    std::string_view(),
#define BACKSTAY_SQL_X(word) std::string_view(#word),
    BACKSTAY_SQL_KEYWORDS(BACKSTAY_SQL_X)
#undef BACKSTAY_SQL_X
};

// At most a quarter full, so that nearly every look-up ends at its first place.
constexpr std::size_t table_size = 4096;
static_assert(keyword_count * 4 <= table_size);

constexpr std::uint32_t hash_of(std::string_view word) {
  std::uint32_t hash = keyword_hash_start;
  for (const char c : word) hash = keyword_hash_step(hash, c);
  return hash;
}

constexpr std::size_t place_of(std::uint32_t hash) { return (hash ^ (hash >> 13)) % table_size; }

constexpr std::array<std::uint16_t, table_size> build_table() {
  std::array<std::uint16_t, table_size> table{};
  for (std::uint16_t k = 1; k < keyword_count; ++k) {
    std::size_t place = place_of(hash_of(spellings[k]));
    while (table[place] != 0) place = (place + 1) % table_size;
    table[place] = k;
  }
  return table;
}

constexpr std::array<std::uint16_t, table_size> table = build_table();

}  // namespace

Keyword find_keyword(std::string_view word, std::uint32_t hash) {
  for (std::size_t place = place_of(hash); table[place] != 0; place = (place + 1) % table_size) {
    if (same_word(spellings[table[place]], word)) return static_cast<Keyword>(table[place]);
  }
  return no_keyword;
}

Keyword find_keyword(std::string_view word) { return find_keyword(word, hash_of(word)); }

std::string_view keyword_spelling(Keyword keyword) { return keyword < keyword_count ? spellings[keyword] : std::string_view(); }

}  // namespace backstay::sql
