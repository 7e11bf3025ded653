#include "tests/support/labelled_sql.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "core/base/json.hpp"

namespace backstay::testing {

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

namespace {

std::optional<InstallType> install_type(const std::string& name) {
  for (const InstallType known : {InstallType::before_package, InstallType::after_package,
                                  InstallType::after_schema_data, InstallType::uninstall_app})
    if (to_string(known) == name) return known;
  return std::nullopt;
}

}  // namespace

std::vector<LabelledScript> read_labelled_json(const std::string& path) {
  std::vector<LabelledScript> scripts;
  std::istringstream lines(read_file(path));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    const auto document = parse_json(line, path);
    REQUIRE_MESSAGE(document.ok(), path);
    const JsonValue& root = document.value().root;
    LabelledScript script;
    script.id = root.text("id").value_or("");
    script.sql = root.text("sql").value_or("");
    script.reversible = root.text("reversible").value_or("");
    script.options.dialect = dialect_from(root.text("dialect").value_or(""));
    REQUIRE_MESSAGE(script.options.dialect, script.id);
    const std::string type = root.text("install_type").value_or("AfterPackage");
    script.options.install_type = install_type(type);
    if (const JsonValue* expect = root.find("expect"))
      for (const JsonValue& item : expect->items)
        script.expected.insert({item.text("rule").value_or(""), static_cast<std::uint32_t>(item.whole("line").value_or(0))});
    scripts.push_back(std::move(script));
  }
  return scripts;
}

sql::Config labelled_config() {
  sql::Config config;
  const auto document = parse_json(read_file(BACKSTAY_SOURCE_DIR "/tests/data/sql/labelled.config.json"), "config");
  REQUIRE(document.ok());
  for (const JsonValue& item : document.value().root.find("service_tables")->items) config.service_tables.push_back(item.string);
  return config;
}

namespace {

std::string source_line(const std::string& sql, std::uint32_t line) {
  std::istringstream lines(sql);
  std::string text;
  for (std::uint32_t i = 0; i < line && std::getline(lines, text); ++i) {
  }
  return text;
}

std::string class_name(Reversibility reversibility) {
  if (reversibility == Reversibility::no) return "no";
  return reversibility == Reversibility::with_capture ? "with-capture" : "yes";
}

}  // namespace

double Tally::f1() const {
  if (hit == 0) return missed + wrong == 0 ? 1.0 : 0.0;
  return 2.0 * static_cast<double>(hit) / static_cast<double>(2 * hit + missed + wrong);
}

Score score(const std::vector<LabelledScript>& scripts, const sql::Config& config) {
  Score result;
  for (const LabelledScript& script : scripts) {
    const TextDocument document(script.sql, script.id + ".sql");
    const sql::Analysis analysis = sql::analyse(document, script.options, config);
    std::set<Place> found;
    for (const Finding& finding : analysis.findings)
      if (!finding.suppressed && finding.severity != Severity::info) found.insert({finding.rule.substr(4), finding.at.line});
    const std::string dialect(to_string(*script.options.dialect));
    const auto count = [&](const Place& place, std::size_t Tally::*what, const char* word) {
      ++(result.all.*what);
      ++(result.by_rule[place.first].*what);
      ++(result.by_dialect[dialect].*what);
      if (what != &Tally::hit)
        result.misses += script.id + ":" + std::to_string(place.second) + " " + word + " " + place.first + "    " +
                         source_line(script.sql, place.second) + "\n";
    };
    for (const Place& place : script.expected) count(place, found.count(place) ? &Tally::hit : &Tally::missed, "MISSED");
    for (const Place& place : found)
      if (!script.expected.count(place)) count(place, &Tally::wrong, "WRONG ");
    ++result.scripts;
    result.exact += found == script.expected;
    if (script.expected.empty()) {
      ++result.clean;
      result.false_alarms += !found.empty();
    }
    if (class_name(analysis.reversibility) == script.reversible) ++result.classes_right;
    else if (!script.reversible.empty())
      result.misses += script.id + " CLASS " + class_name(analysis.reversibility) + " should be " + script.reversible + "\n";
  }
  return result;
}

std::string Score::summary() const {
  std::ostringstream text;
  text << scripts << " scripts: micro F1 " << all.f1() << ", exact " << exact << ", clean with a false alarm "
       << false_alarms << " of " << clean << ", class right " << classes_right << "\n";
  for (const auto& [dialect, tally] : by_dialect) text << "  " << dialect << " F1 " << tally.f1() << "\n";
  for (const auto& [rule, tally] : by_rule)
    if (tally.missed + tally.wrong > 0)
      text << "  " << rule << " hit " << tally.hit << " missed " << tally.missed << " wrong " << tally.wrong << "\n";
  return text.str();
}


std::vector<LabelledScript> read_labelled_text(const std::string& path) {
  std::vector<LabelledScript> scripts;
  std::istringstream lines(read_file(path));
  std::uint32_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("===== ")) {
      std::istringstream head(line.substr(6));
      std::vector<std::string> parts;
      for (std::string part; std::getline(head, part, '|');) {
        const std::size_t begin = part.find_first_not_of(' '), end = part.find_last_not_of(' ');
        parts.push_back(begin == std::string::npos ? "" : part.substr(begin, end - begin + 1));
      }
      REQUIRE_MESSAGE(parts.size() == 4, line);
      LabelledScript script;
      script.id = parts[0];
      script.options.dialect = dialect_from(parts[1]);
      REQUIRE_MESSAGE(script.options.dialect, line);
      script.options.install_type = install_type(parts[2]);
      REQUIRE_MESSAGE(script.options.install_type, line);
      script.reversible = parts[3];
      scripts.push_back(std::move(script));
      number = 0;
      continue;
    }
    if (scripts.empty()) continue;
    ++number;
    const std::size_t mark = line.rfind(" <<< ");
    if (mark != std::string::npos) {
      std::istringstream rules(line.substr(mark + 5));
      for (std::string rule; std::getline(rules, rule, ',');) scripts.back().expected.insert({rule, number});
      line.erase(mark);
    }
    scripts.back().sql += line + "\n";
  }
  return scripts;
}

}  // namespace backstay::testing
