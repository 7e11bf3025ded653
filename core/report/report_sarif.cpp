// SARIF 2.1.0 (OASIS): one run, inputs as artifacts, what lies inside an archive as its children.
#include <map>

#include "core/report/json_writer.hpp"
#include "core/report/rule_pages.hpp"
#include "core/report/markup.hpp"
#include "core/report/rule_text.hpp"
#include "core/report/utf8.hpp"
#include "core/report/writers.hpp"

namespace backstay::report {
namespace {

std::string_view level_of(Severity severity) {
  switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
    case Severity::info: return "note";
  }
  return "none";
}

// Every file that a result names, numbered as SARIF wants it.
class Artifacts {
 public:
  explicit Artifacts(const Report& report) {
    for (const InputEntry& input : report.inputs) add(input.path, "", input.sha256.empty() ? nullptr : &input);
    for (const Finding& finding : report.findings) index_of(location_of(report, finding));
  }

  // -1 when the finding has no file.
  std::int64_t index_of(const Location& location) {
    if (location.path.empty()) return -1;
    const std::size_t parent = add(location.path, "", nullptr);
    return static_cast<std::int64_t>(location.inside.empty() ? parent : add(location.path, location.inside, nullptr));
  }

  void write(JsonWriter& writer) const {
    writer.list("artifacts", entries_, [&](const Entry& entry) {
      writer.key("location");
      writer.begin_object();
      writer.member("uri", uri_of(entry.inside.empty() ? entry.path : entry.inside));
      writer.end_object();
      if (!entry.inside.empty()) writer.member("parentIndex", numbers_.at({entry.path, ""}));
      if (entry.input) {
        writer.member("length", entry.input->bytes);
        writer.key("hashes");
        writer.begin_object();
        writer.member("sha-256", entry.input->sha256);
        writer.end_object();
      }
    });
  }

 private:
  struct Entry {
    std::string path, inside;
    const InputEntry* input;
  };
  std::size_t add(const std::string& path, const std::string& inside, const InputEntry* input) {
    const auto [found, is_new] = numbers_.try_emplace({path, inside}, entries_.size());
    if (is_new) entries_.push_back({path, inside, input});
    return found->second;
  }
  std::vector<Entry> entries_;
  std::map<std::pair<std::string, std::string>, std::size_t> numbers_;
};

void write_message(JsonWriter& writer, std::string_view name, std::string_view text) {
  writer.key(name);
  writer.begin_object();
  writer.member("text", text);
  writer.end_object();
}

void write_rules(JsonWriter& writer, const std::vector<RuleText>& rules) {
  writer.list("rules", rules, [&](const RuleText& rule) {
    writer.member("id", rule.id);
    write_message(writer, "shortDescription", rule.title);
    if (!rule.page.empty()) {
      writer.key("help");
      writer.begin_object();
      // Viewers that cannot show Markdown get the remedy alone.
      const std::string_view remedy = page_section(rule.page, "Repair");
      writer.member("text", remedy.empty() ? rule.page : remedy);
      writer.member("markdown", rule.page);
      writer.end_object();
    }
    writer.key("defaultConfiguration");
    writer.begin_object();
    writer.member("level", level_of(rule.severity));
    writer.end_object();
  });
}

void write_region(JsonWriter& writer, const Finding& finding) {
  if (finding.at.line == 0 && finding.at.offset == 0 && finding.length == 0) return;
  writer.key("region");
  writer.begin_object();
  if (finding.at.line > 0) {
    writer.member("startLine", finding.at.line);
    if (finding.at.column > 0) writer.member("startColumn", finding.at.column);
    if (finding.end_line >= finding.at.line) {
      writer.member("endLine", finding.end_line);
      if (finding.end_column > 0) writer.member("endColumn", finding.end_column);
    }
  }
  writer.member("byteOffset", finding.at.offset);
  if (finding.length > 0) writer.member("byteLength", finding.length);
  if (!finding.excerpt.empty()) write_message(writer, "snippet", finding.excerpt);
  writer.end_object();
}

void write_location(JsonWriter& writer, const Finding& finding, const Location& location, std::int64_t artifact) {
  writer.key("locations");
  writer.begin_array();
  if (artifact >= 0 || !finding.package.empty()) {
    writer.begin_object();
    if (artifact >= 0) {
      writer.key("physicalLocation");
      writer.begin_object();
      writer.key("artifactLocation");
      writer.begin_object();
      writer.member("uri", uri_of(location.inside.empty() ? location.path : location.inside));
      writer.member("index", static_cast<std::uint64_t>(artifact));
      writer.end_object();
      write_region(writer, finding);
      writer.end_object();
    }
    if (!finding.package.empty()) {
      writer.key("logicalLocations");
      writer.begin_array();
      writer.begin_object();
      writer.member("name", finding.package);
      writer.member("kind", "module");
      writer.end_object();
      writer.end_array();
    }
    writer.end_object();
  }
  writer.end_array();
}

void write_result(JsonWriter& writer, const Report& report, const Finding& finding, std::uint64_t rule, Artifacts& artifacts) {
  const Location location = location_of(report, finding);
  writer.begin_object();
  writer.member("ruleId", finding.rule);
  writer.member("ruleIndex", rule);
  writer.member("level", level_of(finding.severity));
  write_message(writer, "message", finding.remedy.empty() ? finding.message : finding.message + ". " + finding.remedy);
  write_location(writer, finding, location, artifacts.index_of(location));
  if (finding.suppressed) {
    writer.key("suppressions");
    writer.begin_array();
    writer.begin_object();
    writer.member("kind", "inSource");
    if (!finding.suppression_reason.empty()) writer.member("justification", finding.suppression_reason);
    writer.end_object();
    writer.end_array();
  }
  writer.key("properties");
  writer.begin_object();
  writer.member("reversibility", to_string(finding.reversibility));
  if (!finding.remedy.empty()) writer.member("remedy", finding.remedy);
  writer.end_object();
  writer.end_object();
}

void write_run_properties(JsonWriter& writer, const Report& report) {
  writer.key("properties");
  writer.begin_object();
  writer.member("orderStatus", deploy::to_string(report.order.status));
  writer.member("rollbackVerdict", to_string(report.rollback.verdict));
  writer.texts("rollbackReasons", report.rollback.reasons);
  writer.end_object();
}

}  // namespace

std::string write_sarif(const Report& report) {
  const std::vector<RuleText> rules = rules_of(report);
  std::map<std::string_view, std::uint64_t> rule_numbers;
  for (std::size_t i = 0; i < rules.size(); ++i) rule_numbers[rules[i].id] = i;
  Artifacts artifacts(report);

  std::string out;
  JsonWriter writer(out);
  writer.begin_object();
  writer.member("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
  writer.member("version", "2.1.0");
  writer.key("runs");
  writer.begin_array();
  writer.begin_object();
  writer.key("tool");
  writer.begin_object();
  writer.key("driver");
  writer.begin_object();
  writer.member("name", "backstay");
  writer.member("version", BACKSTAY_VERSION);
  write_rules(writer, rules);
  writer.end_object();
  writer.end_object();
  writer.key("invocations");
  writer.begin_array();
  writer.begin_object();
  writer.member_flag("executionSuccessful", !report.unreadable_input);
  writer.end_object();
  writer.end_array();
  artifacts.write(writer);
  writer.member("columnKind", "unicodeCodePoints");
  writer.key("results");
  writer.begin_array();
  for (const Finding& finding : report.findings) {
    write_result(writer, report, finding, rule_numbers[finding.rule], artifacts);
  }
  writer.end_array();
  write_run_properties(writer, report);
  writer.end_object();
  writer.end_array();
  writer.end_object();
  out += '\n';
  return out;
}

}  // namespace backstay::report
