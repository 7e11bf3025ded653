// Sorting with one piece of code for all types: std::sort and std::stable_sort are compiled anew for every element type and every
// comparison, two to four kilobytes each in a module that is downloaded.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

namespace backstay {

// The numbers below `count` in the order of what they stand for, equal ones as they were; empty when all are in order already.
// `before(context, a, b)` says whether number a comes before number b. `context` is borrowed for the call.
std::vector<std::uint32_t> sorted_places(std::size_t count, bool (*before)(const void* context, std::uint32_t a, std::uint32_t b),
                                         const void* context);

// Sorts as std::stable_sort does. Where a large list of numbers is sorted, std::sort is faster.
template <class Iterator, class Before>
void sort_stably(Iterator first, Iterator last, const Before& before) {
  struct Context {
    Iterator first;
    const Before& before;
  };
  const Context context{first, before};
  const auto compare = [](const void* given, std::uint32_t a, std::uint32_t b) -> bool {
    const Context& at = *static_cast<const Context*>(given);
    return at.before(at.first[static_cast<std::ptrdiff_t>(a)], at.first[static_cast<std::ptrdiff_t>(b)]);
  };
  const std::vector<std::uint32_t> places = sorted_places(static_cast<std::size_t>(last - first), compare, &context);
  std::vector<typename std::iterator_traits<Iterator>::value_type> sorted;
  sorted.reserve(places.size());
  for (const std::uint32_t place : places) sorted.push_back(std::move(first[static_cast<std::ptrdiff_t>(place)]));
  std::move(sorted.begin(), sorted.end(), first);
}

}  // namespace backstay
