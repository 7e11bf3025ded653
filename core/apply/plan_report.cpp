// The plan as JSON, as text for a terminal and as Markdown.
#include "core/apply/plan.hpp"
#include "core/report/json_writer.hpp"
#include "core/report/markup.hpp"
#include "core/report/text_page.hpp"

namespace backstay::apply {
namespace {

using report::JsonWriter;
using report::Style;
using report::TextPage;

void write_step(JsonWriter& writer, const PlanStep& step) {
  writer.member("id", step.id);
  writer.member("kind", to_string(step.kind));
  writer.member_or_null("package", step.package);
  writer.member_or_null("package_id", step.package_id);
  writer.member_or_null("phase", step.phase);
  writer.member("element", step.element);
  writer.member_or_null("element_id", step.element_id);
  writer.member_or_null("action", step.action);
  if (!step.parameters.empty()) writer.key("parameters"), writer.raw(step.parameters);
  writer.list("contents", step.contents, [&](const Content& content) {
    writer.member("key", content.key);
    writer.member("bytes", content.bytes);
    writer.member_or_null("sha256", content.sha256);
  });
  writer.member_or_null("digest", step.digest);
  writer.member("tx", to_string(step.transaction));
  writer.member("reversible", to_string(step.reversible));
  writer.member("class", report_class(step.reversible));
  writer.member_or_null("reason", step.reason);
  writer.member("change", to_string(step.change));
  writer.member_or_null("engine", step.engine ? to_string(*step.engine) : std::string_view());
  writer.optional_flag("backward_compatible", step.backward_compatible);
  writer.member_flag("suspends", step.suspends());
  writer.member_flag("previous_known", step.previous.has_value());
  writer.member_or_null("previous_from", step.previous_name);
  writer.optional_number("install_type", step.install_type ? std::optional<std::int64_t>(*step.install_type) : std::nullopt);
  writer.member_or_null("version", step.version);
  writer.optional_text("previous_version", step.previous_version);
  writer.member("timeout_ms", std::uint64_t{step.timeout_ms});
}

std::string as_json(const ApplyPlan& plan) {
  std::string out;
  JsonWriter writer(out);
  writer.begin_object();
  writer.member("schema", "backstay.plan/1");
  writer.member_flag("complete", plan.complete);
  writer.member_or_null("why_not", plan.why_not);
  writer.member_or_null("engine", plan.engine ? to_string(*plan.engine) : std::string_view());
  writer.member_or_null("digest", plan.digest);
  writer.texts("blockers", plan.blockers);
  writer.list("steps", plan.steps, [&](const PlanStep& step) { write_step(writer, step); });
  writer.list("skipped", plan.skipped, [&](const Skipped& skipped) {
    writer.member_or_null("package", skipped.package);
    writer.member("element", skipped.element);
    writer.member("reason", skipped.reason);
  });
  writer.key("rollback");
  writer.begin_object();
  writer.member("verdict", report::to_string(plan.verdict));
  writer.member("weakest", to_string(plan.weakest));
  writer.texts("reasons", plan.reasons);
  writer.list("steps", plan.undo, [&](const UndoStep& undo) {
    writer.member("step", undo.step);
    writer.member("action", undo.action);
    writer.member_or_null("package", undo.package);
    writer.member("element", undo.element);
    writer.member("reversible", to_string(undo.reversible));
    writer.texts("risks", undo.risks);
    writer.member_or_null("note", undo.note);
  });
  writer.end_object();
  writer.end_object();
  return out + "\n";
}

// "sql UsrCallsView (AfterPackage, postgresql)".
std::string what_of(const PlanStep& step) {
  std::string text(to_string(step.kind));
  text += " " + (step.package.empty() ? "" : step.package + ": ") + (step.action.empty() ? "" : step.action + " ") + step.element;
  std::string details = step.phase;
  const auto detail = [&](std::string_view more) { details += (details.empty() ? "" : ", ") + std::string(more); };
  if (step.engine) detail(to_string(*step.engine));
  if (step.change != Change::unknown) detail(to_string(step.change));
  if (step.kind == StepKind::version_record) detail((step.previous_version ? *step.previous_version + " -> " : std::string()) + (step.version.empty() ? "no version" : step.version));
  if (step.transaction == StepTransaction::own) detail("its own transaction");
  if (step.transaction == StepTransaction::none && step.kind == StepKind::sql) detail("outside a transaction");
  return details.empty() ? text : text + " (" + details + ")";
}

Style style_of(Reversible reversible) {
  switch (reversible) {
    case Reversible::r0:
    case Reversible::r2: return Style::green;
    case Reversible::r1: return Style::yellow;
    case Reversible::r3: return Style::red;
  }
  return Style::plain;
}

std::string as_text(const ApplyPlan& plan, const report::WriteOptions& options) {
  TextPage page(options.width, options.colour, options.lang);
  for (const std::string& blocker : plan.blockers) page.wrapped("blocked: ", blocker, Style::red);
  if (!plan.complete) {
    page.wrapped("No plan: ", plan.why_not, Style::red);
    return page.take();
  }
  page.gap();
  page.put("Apply", Style::bold).put(": " + report::counted(plan.steps.size(), "step", "steps"));
  if (plan.engine) page.put(" on " + std::string(to_string(*plan.engine)));
  page.end_line();
  for (const PlanStep& step : plan.steps) {
    page.put("  " + step.id + "  ");
    page.put(std::string(to_string(step.reversible)) + " " + std::string(report_class(step.reversible)), style_of(step.reversible));
    page.put("  ").put_foreign(what_of(step)).end_line();
    if (step.reversible == Reversible::r3) page.wrapped("         ", step.reason);
  }
  if (!plan.skipped.empty() && !options.quiet) {
    page.gap();
    page.put("Left out", Style::bold).end_line();
    for (const Skipped& skipped : plan.skipped) page.wrapped("  ", (skipped.package.empty() ? "" : skipped.package + ": ") + skipped.element + ": " + skipped.reason);
  }
  page.gap();
  page.put("Rollback", Style::bold).put(": " + std::string(report::to_string(plan.verdict)) + ", last step first").end_line();
  for (const std::string& reason : plan.reasons) page.wrapped("  - ", reason);
  for (const UndoStep& undo : plan.undo) {
    page.put("  " + undo.step + "  ").put(undo.action, style_of(undo.reversible));
    page.put("  ").put_foreign((undo.package.empty() ? "" : undo.package + ": ") + undo.element);
    for (const std::string& risk : undo.risks) page.put("  ").put_foreign(risk, Style::yellow);
    page.end_line();
    if (!undo.note.empty()) page.wrapped("         ", undo.note);
  }
  return page.take();
}

std::string as_markdown(const ApplyPlan& plan) {
  using report::markdown_code;
  using report::markdown_text;
  std::string out = "# Backstay plan\n\n";
  for (const std::string& blocker : plan.blockers) out += "- blocked: " + markdown_text(blocker) + "\n";
  if (!plan.blockers.empty()) out += "\n";
  if (!plan.complete) return out + "**No plan**: " + markdown_text(plan.why_not) + "\n";
  out += "## Apply\n\n| step | class | what | contents |\n| --- | --- | --- | --- |\n";
  for (const PlanStep& step : plan.steps) {
    out += "| " + step.id + " | " + std::string(to_string(step.reversible)) + " " + std::string(report_class(step.reversible)) + " | " +
           markdown_text(what_of(step)) + " | " + (step.contents.empty() ? "" : markdown_code(step.contents.front().key));
    if (step.contents.size() > 1) out += " and " + std::to_string(step.contents.size() - 1) + " more";
    out += " |\n";
  }
  if (!plan.skipped.empty()) out += "\n## Left out\n\n";
  for (const Skipped& skipped : plan.skipped) {
    out += "- " + markdown_text((skipped.package.empty() ? "" : skipped.package + ": ") + skipped.element + ": " + skipped.reason) + "\n";
  }
  out += "\n## Rollback: " + std::string(report::to_string(plan.verdict)) + "\n\n";
  for (const std::string& reason : plan.reasons) out += "- " + markdown_text(reason) + "\n";
  out += "\n| step | action | what | risks |\n| --- | --- | --- | --- |\n";
  for (const UndoStep& undo : plan.undo) {
    std::string risks;
    for (const std::string& risk : undo.risks) risks += (risks.empty() ? "" : " ") + markdown_code(risk);
    out += "| " + undo.step + " | " + undo.action + " | " + markdown_text((undo.package.empty() ? "" : undo.package + ": ") + undo.element) + " | " + risks + " |\n";
  }
  return out;
}

}  // namespace

std::string write_plan(const ApplyPlan& plan, report::Format format, const report::WriteOptions& options) {
  if (format == report::Format::json) return as_json(plan);
  if (format == report::Format::markdown) return as_markdown(plan);
  return as_text(plan, options);
}

}  // namespace backstay::apply
