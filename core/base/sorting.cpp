#include "core/base/sorting.hpp"

#include <numeric>

namespace backstay {

std::vector<std::uint32_t> sorted_places(std::size_t count, bool (*before)(const void* context, std::uint32_t a, std::uint32_t b),
                                         const void* context) {
  std::uint32_t in_order = 1;
  while (in_order < count && !before(context, in_order, in_order - 1)) ++in_order;
  std::vector<std::uint32_t> places;
  if (in_order >= count) return places;
  places.resize(count);
  std::iota(places.begin(), places.end(), 0U);
  std::stable_sort(places.begin(), places.end(), [&](std::uint32_t a, std::uint32_t b) { return before(context, a, b); });
  return places;
}

}  // namespace backstay
