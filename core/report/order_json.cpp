// The `order` member of the report.
#include "core/report/json_writer.hpp"
#include "core/report/report.hpp"

namespace backstay::report {
namespace {

void write_steps(JsonWriter& writer, const deploy::Order& order) {
  writer.key("steps");
  writer.begin_array();
  for (const deploy::OrderStep& step : order.steps) {
    writer.begin_object();
    writer.member("package", step.package);
    writer.member_or_null("id", step.id);
    writer.optional_text("version", step.version);
    writer.end_object();
  }
  writer.end_array();
}

void write_candidates(JsonWriter& writer, const deploy::Order& order) {
  writer.key("candidates");
  writer.begin_array();
  for (const deploy::Candidate& candidate : order.candidates) {
    writer.begin_object();
    writer.member("package", candidate.package);
    writer.member("version", candidate.version);
    writer.key("dependencies");
    writer.begin_array();
    for (const deploy::CandidateDependency& dependency : candidate.dependencies) {
      writer.begin_object();
      writer.member("package", dependency.package);
      writer.member("version", dependency.version);
      writer.member_flag("satisfied", dependency.satisfied);
      writer.member_flag("step", dependency.is_step);
      writer.end_object();
    }
    writer.end_array();
    writer.end_object();
  }
  writer.end_array();
}

void write_conflicts(JsonWriter& writer, const deploy::Order& order) {
  writer.key("conflicts");
  writer.begin_array();
  for (const deploy::Conflict& conflict : order.conflicts) {
    writer.begin_object();
    writer.member("package", conflict.package);
    writer.member("version", conflict.version);
    writer.member("depends_on", conflict.depends_on);
    writer.member_or_null("holds_package", conflict.holds_package);
    writer.member_or_null("holds_version", conflict.holds_version);
    writer.end_object();
  }
  writer.end_array();
}

void write_cycles(JsonWriter& writer, const deploy::Order& order) {
  writer.key("cycles");
  writer.begin_array();
  for (const auto& cycle : order.cycles) {
    writer.begin_array();
    for (const std::string& name : cycle) writer.text(name);
    writer.end_array();
  }
  writer.end_array();
}

void write_missing(JsonWriter& writer, const deploy::Order& order) {
  writer.key("missing");
  writer.begin_array();
  for (const deploy::Missing& missing : order.missing) {
    writer.begin_object();
    writer.member("package", missing.package);
    writer.member_or_null("needs", missing.needs);
    writer.member_or_null("needs_id", missing.needs_id);
    writer.optional_text("version", missing.version);
    writer.member_flag("optional", missing.optional);
    writer.end_object();
  }
  writer.end_array();
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
  writer.key("edits");
  writer.begin_array();
  for (const deploy::RepairEdit& edit : repair.edits) {
    writer.begin_object();
    writer.member("file", edit.file);
    writer.member("package", edit.package);
    writer.member("version", edit.version);
    writer.member("dependency", edit.dependency);
    writer.member("from", edit.from);
    writer.member("to", edit.to);
    writer.member_or_null("version_id", edit.version_id);
    writer.member_or_null("dependency_id", edit.dependency_id);
    writer.end_object();
  }
  writer.end_array();
  writer.key("order");
  writer.begin_array();
  for (const std::string& step : repair.order) writer.text(step);
  writer.end_array();
  writer.end_object();
}

void write_order(JsonWriter& writer, const deploy::Order& order) {
  writer.begin_object();
  writer.member("status", deploy::to_string(order.status));
  write_steps(writer, order);
  write_candidates(writer, order);
  write_conflicts(writer, order);
  write_cycles(writer, order);
  write_missing(writer, order);
  write_repairs(writer, order);
  writer.member_or_null("error", order.error);
  writer.member_or_null("message", order.message);
  writer.end_object();
}

}  // namespace backstay::report
