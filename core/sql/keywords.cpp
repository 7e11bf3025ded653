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

// What a word is compared by: all its bytes up to sixteen, its ends when it is longer, as two numbers. The bit that
// makes an ASCII letter small is set in every byte; no two bytes a word can hold become one by that.
struct Key {
  std::uint64_t head = 0, tail = 0;
};

constexpr std::uint64_t byte(const char* p, unsigned i) { return std::uint64_t{static_cast<unsigned char>(p[i])} << (8 * i); }

// Written out, because compilers make one load of it then.
constexpr std::uint64_t four_bytes(const char* p) { return byte(p, 0) | byte(p, 1) | byte(p, 2) | byte(p, 3); }
constexpr std::uint64_t eight_bytes(const char* p) {
  return byte(p, 0) | byte(p, 1) | byte(p, 2) | byte(p, 3) | byte(p, 4) | byte(p, 5) | byte(p, 6) | byte(p, 7);
}

constexpr Key key_of(std::string_view word) {
  constexpr std::uint64_t small = 0x2020202020202020u;
  const char* const p = word.data();
  const std::size_t n = word.size();
  if (n >= 8) return {eight_bytes(p) | small, eight_bytes(p + n - 8) | small};
  if (n >= 4) return {(four_bytes(p) | four_bytes(p + n - 4) << 32) | small, 0};
  if (n == 0) return {};
  return {byte(p, 0) | byte(p + n / 2, 0) << 8 | byte(p + n - 1, 0) << 16 | small, 0};
}

// At most a quarter full, so that nearly every look-up ends at its first place.
constexpr std::size_t table_bits = 12, table_size = std::size_t{1} << table_bits;
static_assert(keyword_count * 4 <= table_size);

constexpr std::size_t place_of(const Key& key, std::size_t length) {
  const std::uint64_t mixed = (key.head ^ (key.tail << 23 | key.tail >> 41) ^ length) * 0x9E3779B97F4A7C15u;
  return static_cast<std::size_t>(mixed >> (64 - table_bits));
}

struct Table {
  std::array<std::uint16_t, table_size> places{};
  std::array<Key, keyword_count> keys{};
  std::size_t longest = 0;
};

constexpr Table build_table() {
  Table built;
  for (std::uint16_t k = 1; k < keyword_count; ++k) {
    built.keys[k] = key_of(spellings[k]);
    if (spellings[k].size() > built.longest) built.longest = spellings[k].size();
    std::size_t place = place_of(built.keys[k], spellings[k].size());
    while (built.places[place] != 0) place = (place + 1) % table_size;
    built.places[place] = k;
  }
  return built;
}

constexpr Table table = build_table();

}  // namespace

Keyword find_keyword(std::string_view word) {
  if (word.size() > table.longest) return no_keyword;
  const Key key = key_of(word);
  for (std::size_t place = place_of(key, word.size()); table.places[place] != 0; place = (place + 1) % table_size) {
    const std::uint16_t k = table.places[place];
    if (table.keys[k].head != key.head || table.keys[k].tail != key.tail || spellings[k].size() != word.size()) continue;
    if (word.size() <= 16 || same_word(spellings[k], word)) return static_cast<Keyword>(k);
  }
  return no_keyword;
}

std::string_view keyword_spelling(Keyword keyword) { return keyword < keyword_count ? spellings[keyword] : std::string_view(); }

}  // namespace backstay::sql
