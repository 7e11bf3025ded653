#include "core/package/origam/several_models.hpp"

#include <doctest/doctest.h>

using namespace backstay::origam;

namespace {

// "left|kept" of each model that is not read; packages are named after the last part of their folder.
std::string told(std::vector<std::pair<std::string, std::string>> packages) {
  std::vector<PackagePlace> places;
  for (const auto& [id, folder] : packages) places.push_back({id, id, folder});
  std::string text;
  for (const OtherModel& other : other_models(places)) text += other.folder + "|" + other.kept + " ";
  return text;
}

}  // namespace

TEST_CASE("several models: beside each other, inside each other, and merely copied packages") {
  CHECK(told({{"r", "Root"}, {"s", "Security"}}) == "");
  CHECK(told({{"r", "new/Root"}, {"s", "new/Security"}, {"r", "old/Root"}, {"s", "old/Security"}}) == "old|new ");
  CHECK(told({{"r", "a/m/Root"}, {"r", "b/m/Root"}, {"r", "c/m/Root"}}) == "b|a c|a ");
  CHECK(told({{"r", "Root"}, {"r", "backup/Root"}}) == "backup| ");
  CHECK(told({{"r", "0 old/Root"}, {"s", "0 old/Security"}, {"r", "Root"}, {"s", "Security"}}) == "0 old| ");
  CHECK(told({{"r", "Root"}, {"r", "Root (2)"}}) == "");
  CHECK(is_below("old/Root/x", {{"old", "", ""}}));
  CHECK_FALSE(is_below("older/Root", {{"old", "", ""}}));
}
