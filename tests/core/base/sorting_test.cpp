#include "core/base/sorting.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace backstay;

TEST_CASE("sorting: as std::stable_sort, for lists of every order") {
  using Item = std::pair<int, std::string>;
  std::uint32_t state = 1;
  for (std::size_t count = 0; count < 40; ++count) {
    std::vector<Item> items;
    for (std::size_t i = 0; i < count; ++i) {
      state = state * 1103515245U + 12345U;
      items.emplace_back(static_cast<int>(state >> 16) % 7, "a text that is too long to be kept inside of the string, " + std::to_string(i));
    }
    const auto before = [](const Item& a, const Item& b) { return a.first < b.first; };
    std::vector<Item> expected = items;
    std::stable_sort(expected.begin(), expected.end(), before);
    sort_stably(items.begin(), items.end(), before);
    CHECK(items == expected);
    sort_stably(items.begin(), items.end(), before);  // in order already
    CHECK(items == expected);
  }
}

TEST_CASE("sorting: a part of a list leaves the rest alone") {
  std::vector<int> numbers{9, 8, 3, 2, 1};
  sort_stably(numbers.begin() + 2, numbers.end(), [](int a, int b) { return a < b; });
  CHECK(numbers == std::vector<int>{9, 8, 1, 2, 3});
}
