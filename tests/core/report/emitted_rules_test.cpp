// Every rule id that the core can write into a report has a page, and every page a rule behind it.
// The ids are found as string literals in the sources, so the test cannot forget one.
#ifndef __EMSCRIPTEN__
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string>

#include "core/report/rule_pages.hpp"

using namespace backstay;

namespace {

// Id -> the first file that holds it.
std::map<std::string, std::string> ids_in_sources() {
  static const std::regex literal("\"((?:package|order|archive|promotion)/[a-z0-9]+(?:-[a-z0-9]+)*)\"");
  std::map<std::string, std::string> ids;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(BACKSTAY_SOURCE_DIR "/core")) {
    const std::string path = entry.path().string();
    if (!path.ends_with(".cpp") && !path.ends_with(".hpp") && !path.ends_with(".def")) continue;
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    const std::string source = text.str();
    for (auto at = std::sregex_iterator(source.begin(), source.end(), literal); at != std::sregex_iterator(); ++at) {
      ids.emplace((*at)[1].str(), path);
    }
  }
  return ids;
}

}  // namespace

TEST_CASE("rule pages: every rule id in the sources has a page") {
  const auto ids = ids_in_sources();
  REQUIRE(ids.size() > 30);
  for (const auto& entry : ids) {  // clang 14 cannot name a structured binding in INFO's lambda
    INFO(entry.first << " in " << entry.second);
    const auto page = report::find_rule_page(entry.first);
    CHECK((page && page->id == entry.first));
  }
}
#endif
