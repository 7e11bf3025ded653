#include "core/apply/rehearsal_findings.hpp"

#include "core/base/ascii.hpp"

namespace backstay::apply {
namespace {

constexpr std::string_view not_restored = "rehearsal/not-restored", not_repeatable = "rehearsal/not-repeatable";

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' || (static_cast<unsigned char>(c) & 0x80);
}

}  // namespace

std::string bare_name(std::string_view object) {
  object = object.substr(0, object.find('('));
  std::string name;
  bool in_quotes = false;
  for (const char c : object) {
    if (c == '"') in_quotes = !in_quotes;
    else if (c == '.' && !in_quotes) name.clear();
    else name += c;
  }
  return name;
}

namespace {

bool is_same(std::string_view a, std::string_view b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (ascii_lower(a[i]) != ascii_lower(b[i])) return false;
  }
  return true;
}

// Where `name` stands as a whole word; npos when nowhere. Comments are searched like everything else: a place that is
// named there only is still in the script that one has to look at.
std::size_t find_word(std::string_view text, std::string_view name) {
  if (name.empty()) return std::string_view::npos;
  for (std::size_t at = 0; at + name.size() <= text.size(); ++at) {
    if (!is_same(text.substr(at, name.size()), name)) continue;
    const bool begins = at == 0 || !is_name_byte(text[at - 1]);
    const bool ends = at + name.size() == text.size() || !is_name_byte(text[at + name.size()]);
    if (begins && ends) return at;
  }
  return std::string_view::npos;
}

}  // namespace

Findings rehearsal_findings(const std::vector<schema::Difference>& differences, const std::vector<RehearsedScript>& scripts, bool is_second_run) {
  Findings findings;
  for (const schema::Difference& difference : differences) {
    Finding finding;
    finding.rule = is_second_run ? not_repeatable : not_restored;
    finding.severity = Severity::error;
    finding.reversibility = is_second_run ? Reversibility::neutral : Reversibility::no;
    finding.message = (is_second_run ? "the second time: " : "after the restore: ") + schema::sentence(difference);
    const std::string name = bare_name(difference.object);
    for (auto script = scripts.rbegin(); script != scripts.rend(); ++script) {
      const std::size_t at = find_word(script->document.text(), name);
      if (at == std::string_view::npos) continue;
      finding.package = script->package;
      finding.at = script->document.position(at);
      break;
    }
    findings.push_back(std::move(finding));
  }
  return findings;
}

void write_rehearsal_findings(report::JsonWriter& json, const Findings& findings) {
  json.list("differences", findings, [&](const Finding& finding) {
    json.member("phase", finding.rule == not_repeatable ? "repeat" : "restore");
    json.member("message", finding.message);
    json.member_or_null("file", finding.at.file);
    json.member("line", std::uint64_t{finding.at.line});
  });
  json.list("findings", findings, [&](const Finding& finding) {
    json.member("rule", finding.rule);
    json.member("severity", "error");
    json.member("message", finding.message);
    json.member_or_null("package", finding.package);
    json.member_or_null("file", finding.at.file);
    json.member("line", std::uint64_t{finding.at.line});
    json.member("column", std::uint64_t{finding.at.column});
  });
}

}  // namespace backstay::apply
