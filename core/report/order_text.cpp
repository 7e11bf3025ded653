#include "core/report/order_text.hpp"

#include <algorithm>

#include "core/deploy/explain.hpp"
#include "core/report/report.hpp"
#include "core/report/writers.hpp"

namespace backstay::report {
namespace {

constexpr std::size_t max_listed = 50;

std::string name_of(const deploy::OrderStep& step) {
  return step.package + (step.version ? " " + *step.version : std::string());
}

void put_more(TextPage& page, std::size_t count, std::size_t shown, std::string_view lead) {
  if (count > shown) page.say(lead).say("and " + std::to_string(count - shown) + " more").end_line();
}

void put_candidates(TextPage& page, const deploy::Order& order) {
  if (order.candidates.empty()) return;
  page.say("  Could be next, but waits:").end_line();
  for (std::size_t i = 0; i < order.candidates.size() && i < max_listed; ++i) {
    const deploy::Candidate& candidate = order.candidates[i];
    page.put("    ").put_foreign(candidate.package + " " + candidate.version, Style::bold);
    if (candidate.dependencies.empty()) {
      page.end_line();
      continue;
    }
    page.say(" after").end_line();
    for (std::size_t k = 0; k < candidate.dependencies.size() && k < max_listed; ++k) {
      const deploy::CandidateDependency& dependency = candidate.dependencies[k];
      page.put("      ").put_foreign(dependency.package + " " + dependency.version);
      page.say(dependency.is_step ? "  (stands there now)" : dependency.satisfied ? "  (done)" : "  (not there)",
               dependency.satisfied || dependency.is_step ? Style::dim : Style::red);
      page.end_line();
    }
    put_more(page, candidate.dependencies.size(), max_listed, "      ");
  }
  put_more(page, order.candidates.size(), max_listed, "    ");
}

void put_conflicts(TextPage& page, const deploy::Order& order) {
  for (std::size_t i = 0; i < order.conflicts.size() && i < max_listed; ++i) {
    const deploy::Conflict& conflict = order.conflicts[i];
    std::string text = conflict.package + " " + conflict.version + " needs " + conflict.depends_on + " as it is";
    if (!conflict.holds_package.empty()) text += ", so " + conflict.holds_package + " " + conflict.holds_version + " has to wait for it";
    page.wrapped("  Blocker: ", text);
  }
  put_more(page, order.conflicts.size(), max_listed, "  Blocker: ");
}

void put_cycles(TextPage& page, const deploy::Order& order, std::string_view lang) {
  for (std::size_t i = 0; i < order.cycles.size() && i < max_listed; ++i) {
    const auto& cycle = order.cycles[i];
    if (cycle.empty()) continue;
    std::string text;
    for (const std::string& name : cycle) text += name + " waits for ";
    page.wrapped("  Cycle: ", text + cycle.front());
    if (i >= order.explanation.size()) continue;
    for (const deploy::Wait& wait : order.explanation[i]) {
      const std::string_view lead = lang == "ru" ? (wait.stated ? "    указано: " : "    следует: ") : (wait.stated ? "    stated:  " : "    implied: ");
      page.wrapped(lead, deploy::sentence(wait, lang));
    }
  }
  put_more(page, order.cycles.size(), max_listed, "  Cycle: ");
}

void put_missing(TextPage& page, const deploy::Order& order) {
  for (std::size_t i = 0; i < order.missing.size() && i < max_listed; ++i) {
    const deploy::Missing& missing = order.missing[i];
    std::string text = missing.package + " needs " + (missing.needs.empty() ? missing.needs_id : missing.needs);
    if (missing.version) text += " " + *missing.version;
    page.wrapped("  Missing: ", text + (missing.optional ? " (optional: it would stay inactive)" : ""));
  }
  put_more(page, order.missing.size(), max_listed, "  Missing: ");
}

void put_repairs(TextPage& page, const deploy::Order& order) {
  for (const deploy::Repair& repair : order.repairs) {
    page.wrapped("  Repair: ", repair.title, Style::green);
    for (const deploy::RepairEdit& edit : repair.edits) {
      page.wrapped("    ", edit.file + ": " + edit.package + " " + edit.version + ": " + edit.dependency + " " + edit.from +
                               (edit.to.empty() ? " is taken out" : " becomes " + edit.to));
    }
  }
}

std::string headline(const deploy::Order& order) {
  switch (order.status) {
    case deploy::OrderStatus::deadlock:
      if (order.error == "self-dependency") return "a version depends on itself";
      if (order.error == "no-free-version") return "no version is free to start with";
      return "deadlock";
    case deploy::OrderStatus::cycle: return "the dependencies go round in a circle";
    case deploy::OrderStatus::missing: return "packages are missing";
    case deploy::OrderStatus::ok:
    case deploy::OrderStatus::not_applicable: break;
  }
  return "";
}

}  // namespace

void put_obstacles(TextPage& page, const deploy::Order& order, std::string_view lang) {
  put_candidates(page, order);
  put_conflicts(page, order);
  put_cycles(page, order, lang);
  put_missing(page, order);
  put_repairs(page, order);
}

void put_order(TextPage& page, const deploy::Order& order, std::size_t max_steps, std::string_view lang) {
  if (order.status == deploy::OrderStatus::not_applicable) return;
  page.gap();
  page.say("Order: ");
  if (order.status == deploy::OrderStatus::ok) {
    page.say("ok", Style::green).say(", " + counted(order.steps.size(), "step", "steps")).end_line();
  } else {
    page.say(headline(order), Style::red);
    if (!order.steps.empty()) page.say(", after " + counted(order.steps.size(), "step", "steps"));
    page.end_line();
  }
  const std::size_t digits = std::to_string(std::min(order.steps.size(), max_steps)).size();
  for (std::size_t i = 0; i < order.steps.size() && i < max_steps; ++i) {
    const std::string number = std::to_string(i + 1);
    page.put("  " + std::string(digits - number.size(), ' ') + number + ". ", Style::dim);
    page.put_foreign(name_of(order.steps[i])).end_line();
  }
  if (max_steps > 0) put_more(page, order.steps.size(), max_steps, "  ");
  put_obstacles(page, order, lang);
}

}  // namespace backstay::report
