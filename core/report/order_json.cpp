// The `order` member of the report.
#include "core/deploy/explain.hpp"
#include "core/report/json_writer.hpp"
#include "core/report/report.hpp"

namespace backstay::report {
namespace {

void write_steps(JsonWriter& writer, const deploy::Order& order) {
  writer.list("steps", order.steps, [&](const deploy::OrderStep& step) {
    writer.member("package", step.package);
    writer.member_or_null("id", step.id);
    writer.optional_text("version", step.version);
  });
}

void write_candidates(JsonWriter& writer, const deploy::Order& order) {
  writer.list("candidates", order.candidates, [&](const deploy::Candidate& candidate) {
    writer.member("package", candidate.package);
    writer.member("version", candidate.version);
    writer.list("dependencies", candidate.dependencies, [&](const deploy::CandidateDependency& dependency) {
      writer.member("package", dependency.package);
      writer.member("version", dependency.version);
      writer.member_flag("satisfied", dependency.satisfied);
      writer.member_flag("step", dependency.is_step);
    });
  });
}

void write_conflicts(JsonWriter& writer, const deploy::Order& order) {
  writer.list("conflicts", order.conflicts, [&](const deploy::Conflict& conflict) {
    writer.member("package", conflict.package);
    writer.member("version", conflict.version);
    writer.member("depends_on", conflict.depends_on);
    writer.member_or_null("holds_package", conflict.holds_package);
    writer.member_or_null("holds_version", conflict.holds_version);
  });
}

void write_cycles(JsonWriter& writer, const deploy::Order& order) {
  writer.key("cycles");
  writer.begin_array();
  for (const auto& cycle : order.cycles) writer.texts(cycle);
  writer.end_array();
}

void write_explanation(JsonWriter& writer, const deploy::Order& order) {
  writer.key("explanation");
  writer.begin_array();
  for (const auto& waits : order.explanation) {
    writer.begin_array();
    for (const deploy::Wait& wait : waits) {
      writer.begin_object();
      writer.member("package", wait.package);
      writer.member_or_null("version", wait.version);
      writer.member("waits_for", wait.waits_for);
      writer.member_or_null("waits_for_version", wait.waits_for_version);
      writer.member("kind", deploy::to_string(wait.kind));
      writer.member_flag("stated", wait.stated);
      writer.member_or_null("file", wait.at.file);
      writer.optional_number("line", wait.at.line ? std::optional<std::int64_t>(wait.at.line) : std::nullopt);
      writer.optional_number("column", wait.at.line ? std::optional<std::int64_t>(wait.at.column) : std::nullopt);
      writer.member("text", deploy::sentence(wait));
      writer.member("text_ru", deploy::sentence(wait, "ru"));
      writer.end_object();
    }
    writer.end_array();
  }
  writer.end_array();
}

// Nodes and edges on one line each: there are thousands of them.
void write_layout(JsonWriter& writer, const deploy::Order& order) {
  const deploy::Layout& layout = order.layout;
  writer.key("layout");
  if (layout.nodes.empty()) return writer.null();
  writer.begin_object();
  writer.list("lanes", layout.lanes, [&](const deploy::Layout::Lane& lane) {
    writer.member("package", lane.package);
    writer.member_or_null("id", lane.id);
  });
  writer.member("columns", layout.columns);
  writer.key("nodes");
  writer.begin_array();
  for (const deploy::Layout::Node& node : layout.nodes) {
    std::string line = "{\"lane\": " + std::to_string(node.lane) + ", \"column\": " + std::to_string(node.column) + ", \"version\": ";
    if (node.version) append_json_string(line, *node.version);
    else line += "null";
    writer.raw(line + ", \"state\": \"" + std::string(deploy::to_string(node.state)) + "\"}");
  }
  writer.end_array();
  writer.key("edges");
  writer.begin_array();
  for (const deploy::Layout::Edge& edge : layout.edges) {
    writer.raw("{\"from\": " + std::to_string(edge.from) + ", \"to\": " + std::to_string(edge.to) + ", \"kind\": \"" +
               std::string(deploy::to_string(edge.kind)) + "\", \"cycle\": " + (edge.on_circle ? "true" : "false") + "}");
  }
  writer.end_array();
  writer.key("left_out");
  writer.begin_object();
  writer.member("nodes", layout.nodes_left_out);
  writer.member("edges", layout.edges_left_out);
  writer.end_object();
  writer.end_object();
}

void write_missing(JsonWriter& writer, const deploy::Order& order) {
  writer.list("missing", order.missing, [&](const deploy::Missing& missing) {
    writer.member("package", missing.package);
    writer.member_or_null("needs", missing.needs);
    writer.member_or_null("needs_id", missing.needs_id);
    writer.optional_text("version", missing.version);
    writer.member_flag("optional", missing.optional);
  });
}

void write_repairs(JsonWriter& writer, const deploy::Order& order) {
  writer.key("repairs");
  writer.begin_array();
  for (const deploy::Repair& repair : order.repairs) write_repair(writer, repair);
  writer.end_array();
}

}  // namespace

void write_repair(JsonWriter& writer, const deploy::Repair& repair) {
  writer.begin_object();
  writer.member("title", repair.title);
  writer.list("edits", repair.edits, [&](const deploy::RepairEdit& edit) {
    writer.member("file", edit.file);
    writer.member("package", edit.package);
    writer.member("version", edit.version);
    writer.member("dependency", edit.dependency);
    writer.member("from", edit.from);
    writer.member("to", edit.to);
    writer.member_or_null("version_id", edit.version_id);
    writer.member_or_null("dependency_id", edit.dependency_id);
  });
  writer.texts("order", repair.order);
  writer.end_object();
}

void write_order(JsonWriter& writer, const deploy::Order& order) {
  writer.begin_object();
  writer.member("status", deploy::to_string(order.status));
  write_steps(writer, order);
  write_candidates(writer, order);
  write_conflicts(writer, order);
  write_cycles(writer, order);
  write_explanation(writer, order);
  write_missing(writer, order);
  write_repairs(writer, order);
  writer.member_or_null("error", order.error);
  writer.member_or_null("message", order.message);
  write_layout(writer, order);
  writer.end_object();
}

}  // namespace backstay::report
