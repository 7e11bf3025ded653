// backstay rules: the catalogue, or one rule with its page.
#include <memory>

#include "core/report/json_writer.hpp"
#include "core/report/rule_pages.hpp"
#include "native-plugin/host/checking_options.hpp"
#include "native-plugin/host/commands.hpp"
#include "native-plugin/host/exit_code.hpp"
#include "native-plugin/host/output.hpp"

namespace backstay::host {
namespace {

std::string padded(std::string_view text, std::size_t width) {
  return std::string(text) + std::string(text.size() < width ? width - text.size() : 1, ' ');
}

std::string catalogue_text() {
  std::size_t widest = 0;
  for (const report::RulePage& rule : report::rule_pages()) widest = std::max(widest, rule.id.size());
  std::string out;
  for (const report::RulePage& rule : report::rule_pages()) {
    out += padded(rule.id, widest + 2) + padded(report::to_string(rule.severity), 9) + std::string(rule.title) + "\n";
  }
  return out;
}

void write_rule(report::JsonWriter& writer, const report::RulePage& rule) {
  writer.begin_object();
  writer.member("id", rule.id);
  writer.member("severity", report::to_string(rule.severity));
  writer.member("title", rule.title);
  writer.member("page", rule.page);
  writer.end_object();
}

std::string catalogue_json() {
  std::string out;
  report::JsonWriter writer(out);
  writer.begin_array();
  for (const report::RulePage& rule : report::rule_pages()) write_rule(writer, rule);
  writer.end_array();
  return out + "\n";
}

// The rule whose name starts like the one asked for; nothing cleverer, the list is short.
std::string suggestion(const std::string& name) {
  const std::string start = name.substr(name.rfind('/') + 1).substr(0, 4);
  std::string found;
  for (const report::RulePage& rule : report::rule_pages()) {
    const std::string_view base = rule.id.substr(rule.id.rfind('/') + 1);
    if (!start.empty() && base.starts_with(start)) found += (found.empty() ? "; did you mean " : ", ") + std::string(rule.id);
  }
  return found;
}

}  // namespace

Action add_rules(CLI::App& app) {
  CLI::App* command = app.add_subcommand("rules", "The rule catalogue, or one rule with why, examples and remedy");
  const auto rule = std::make_shared<std::string>();
  const auto format = std::make_shared<std::string>("text");
  const auto output = std::make_shared<std::string>();
  command->add_option("RULE", *rule, "a rule's id, \"sql/update-data\" or just \"update-data\"")->option_text(" ");
  command->add_option("--format", *format, "text (default) or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->option_text("FORMAT");
  add_output_option(*command, *output);
  return [rule, format, output] {
    const bool as_json = *format == "json";
    if (rule->empty()) return static_cast<int>(deliver(as_json ? catalogue_json() : catalogue_text(), *output) ? done : usage);
    const std::optional<report::RulePage> page = report::find_rule_page(*rule);
    if (!page) {
      complain("there is no rule \"" + *rule + "\"" + suggestion(*rule));
      return static_cast<int>(usage);
    }
    std::string text;
    if (as_json) {
      report::JsonWriter writer(text);
      write_rule(writer, *page);
    } else {
      text = page->page;
    }
    if (!text.ends_with('\n')) text += '\n';
    return static_cast<int>(deliver(text, *output) ? done : usage);
  };
}

}  // namespace backstay::host
