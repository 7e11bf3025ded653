// What `backstay repair` prints: why there is no order, and each proposal with the lines it changes.
#include "core/deploy/explain.hpp"
#include "core/report/json_writer.hpp"
#include "core/report/report.hpp"
#include "core/report/text_page.hpp"

namespace backstay::report {
namespace {

constexpr std::size_t max_listed_steps = 60;  // of an order that results, in text

void put_edit(TextPage& page, const deploy::RepairEdit& edit) {
  page.wrapped("   ", edit.file + " (" + edit.package + " " + edit.version + ", id " + edit.version_id + ")");
  for (const deploy::RepairEdit::Line& line : edit.lines) {
    page.put("   - ", Style::red).put_foreign(edit.dependency_id + ", " + line.from, Style::red).end_line();
    if (!edit.to.empty()) page.put("   + ", Style::green).put_foreign(edit.dependency_id + ", " + edit.to, Style::green).end_line();
  }
}

void put_proposal(TextPage& page, const deploy::Repair& repair, std::size_t number) {
  page.gap();
  page.wrapped(std::to_string(number) + ". ", repair.title, Style::bold);
  for (const deploy::RepairEdit& edit : repair.edits) put_edit(page, edit);
  if (repair.order.empty()) return;
  std::string steps;
  for (std::size_t i = 0; i < repair.order.size() && i < max_listed_steps; ++i) steps += (i == 0 ? "" : ", ") + repair.order[i];
  if (repair.order.size() > max_listed_steps) steps += " and " + std::to_string(repair.order.size() - max_listed_steps) + " more";
  page.wrapped("   order: ", steps);
}

void put_reason(TextPage& page, const deploy::Order& order, std::string_view lang) {
  if (order.cycles.empty()) {
    page.say("No order: " + (order.error.empty() ? std::string(deploy::to_string(order.status)) : order.error), Style::red).end_line();
  }
  for (const auto& cycle : order.cycles) {
    if (cycle.empty()) continue;
    std::string text;
    for (const std::string& name : cycle) text += name + " waits for ";
    page.wrapped("No order: ", text + cycle.front(), Style::red);
    const std::size_t index = static_cast<std::size_t>(&cycle - order.cycles.data());
    if (index >= order.explanation.size()) continue;
    for (const deploy::Wait& wait : order.explanation[index]) {
      const std::string_view lead = lang == "ru" ? (wait.stated ? "  указано: " : "  следует: ") : (wait.stated ? "  stated:  " : "  implied: ");
      page.wrapped(lead, deploy::sentence(wait, lang));
    }
  }
}

void put_input(TextPage& page, const RepairedInput& input, bool is_only, std::string_view lang) {
  page.gap();
  if (!is_only) page.put_foreign(input.path, Style::bold).end_line();
  if (!deploy::has_no_order(input.order)) {
    page.say(input.order.status == deploy::OrderStatus::not_applicable ? "Nothing to repair: there is nothing to order."
                                                                       : "Nothing to repair: there is an order.");
    page.end_line();
    return;
  }
  put_reason(page, input.order, lang);
  if (!input.written.empty()) {
    put_proposal(page, input.order.repairs.front(), 1);
    page.gap();
    for (const RepairedInput::Written& written : input.written) {
      page.wrapped("Written: ", written.file + (written.backup.empty() ? "" : " (as it was: " + written.backup + ")"), Style::green);
    }
    page.say("There is an order now.").end_line();
    return;
  }
  for (std::size_t i = 0; i < input.order.repairs.size(); ++i) put_proposal(page, input.order.repairs[i], i + 1);
  page.gap();
  if (input.order.repairs.empty()) {
    page.wrapped("", input.order.status == deploy::OrderStatus::cycle ? "No repair: only the dependency lists of ORIGAM's deployment versions can be edited."
                                                                      : "No repair by edits of dependency lists was found.");
  } else {
    page.wrapped("", "Each proposal is enough by itself. A version that has run does not run again, so changing its list is safe for "
                     "databases that have it. backstay repair --write makes the first one.");
  }
}

std::string as_text(const std::vector<RepairedInput>& inputs, const WriteOptions& options) {
  TextPage page(options.width, options.colour, options.lang);
  for (const RepairedInput& input : inputs) put_input(page, input, inputs.size() == 1, to_string(options.lang));
  return page.take();
}

std::string as_json(const std::vector<RepairedInput>& inputs) {
  std::string out;
  JsonWriter writer(out);
  deploy::OrderStatus status = deploy::OrderStatus::not_applicable;
  for (const RepairedInput& input : inputs) {
    if (!deploy::has_no_order(input.order) && status != deploy::OrderStatus::not_applicable) continue;
    if (status == deploy::OrderStatus::not_applicable || status == deploy::OrderStatus::ok) status = input.order.status;
  }
  writer.begin_object();
  writer.member("status", deploy::to_string(status));
  writer.key("cycles");
  writer.begin_array();
  for (const RepairedInput& input : inputs) {
    for (const auto& cycle : input.order.cycles) writer.texts(cycle);
  }
  writer.end_array();
  writer.key("repairs");
  writer.begin_array();
  for (const RepairedInput& input : inputs) {
    for (const deploy::Repair& repair : input.order.repairs) write_repair(writer, repair);
  }
  writer.end_array();
  writer.key("written");
  writer.begin_array();
  for (const RepairedInput& input : inputs) {
    for (const RepairedInput::Written& written : input.written) {
      writer.begin_object();
      writer.member("input", input.path);
      writer.member("file", written.file);
      writer.member_or_null("backup", written.backup);
      writer.end_object();
    }
  }
  writer.end_array();
  writer.end_object();
  out += '\n';
  return out;
}

}  // namespace

std::string write_repairs(const std::vector<RepairedInput>& inputs, Format format, const WriteOptions& options) {
  return format == Format::json ? as_json(inputs) : as_text(inputs, options);
}

}  // namespace backstay::report
