// The report as contract.md fixes it; members beyond it stand after those of the contract.
// preflight_report.md explains them, report.schema.json checks them.
#include "core/report/json_writer.hpp"
#include "core/report/report.hpp"
#include "core/report/time_text.hpp"

namespace backstay::report {
namespace {

void write_inputs(JsonWriter& writer, const Report& report) {
  writer.list("inputs", report.inputs, [&](const InputEntry& input) {
    writer.member("path", input.path);
    writer.member_or_null("kind", input.kind ? to_string(*input.kind) : std::string_view());
    writer.member("bytes", input.bytes);
    writer.member_or_null("sha256", input.sha256);
    if (input.is_backup) {
      writer.member_flag("backup", true);
      writer.list("delete_list", input.delete_list, [&](const DeleteListEntry& entry) {
        writer.member_or_null("id", entry.id);
        writer.member_or_null("name", entry.name);
      });
    }
  });
}

void write_dependencies(JsonWriter& writer, const std::vector<Dependency>& dependencies) {
  writer.list("dependencies", dependencies, [&](const Dependency& dependency) {
    writer.member_or_null("name", dependency.name);
    writer.member_or_null("id", dependency.id);
    writer.optional_text("version", dependency.version);
  });
}

void write_tally(JsonWriter& writer, std::string_view name, const std::map<std::string, std::size_t>& tally) {
  writer.key(name);
  writer.begin_object();
  for (const auto& [key, count] : tally) writer.member(key, static_cast<std::uint64_t>(count));
  writer.end_object();
}

void write_counts(JsonWriter& writer, const PackageCounts& counts) {
  const auto number = [&](std::string_view name, std::uint64_t value) { writer.member(name, value); };
  writer.key("counts");
  writer.begin_object();
  number("schemas", counts.schemas);
  number("sql_scripts", counts.sql_scripts);
  number("data_bindings", counts.data_bindings);
  number("resources", counts.resources);
  number("assemblies", counts.assemblies);
  number("files", counts.files);
  number("content_files", counts.content_files);
  number("other_files", counts.other_files);
  number("element_files", counts.element_files);
  number("element_bytes", counts.element_bytes);
  number("data_rows", counts.data_rows);
  number("data_localizations", counts.data_localizations);
  number("deployment_versions", counts.deployment_versions);
  number("activities", counts.activities);
  write_tally(writer, "schemas_by_manager", counts.schemas_by_manager);
  write_tally(writer, "data_by_install_type", counts.data_by_install_type);
  write_tally(writer, "sql_by_engine_phase_flag", counts.sql_by_engine_phase_flag);
  number("metadata_json", counts.metadata_json);
  number("metadata_lines", counts.metadata_lines);
  number("build_files", counts.build_files);
  number("build_bytes", counts.build_bytes);
  if (counts.records > 0) {
    number("records", counts.records);
    number("record_bytes", counts.record_bytes);
    write_tally(writer, "separators", counts.separators);
    writer.member_or_null("first_record", counts.first_record);
  }
  writer.end_object();
}

void write_app(JsonWriter& writer, const std::optional<Package::App>& app) {
  writer.key("app");
  if (!app) return writer.null();
  writer.begin_object();
  writer.member_or_null("name", app->name);
  writer.member_or_null("code", app->code);
  writer.member_or_null("version", app->version);
  writer.list("packages", app->packages, [&](const ElementReference& package) {
    writer.member_or_null("id", package.id);
    writer.member_or_null("name", package.name);
  });
  writer.end_object();
}

void write_deployment_versions(JsonWriter& writer, const Package& package) {
  writer.list("deployment_versions", package.deployment_versions, [&](const DeploymentVersion& version) {
    writer.member_or_null("id", version.id);
    writer.member_or_null("name", version.name);
    writer.member("version", version.number);
    writer.member_or_null("file", version.file);
    writer.member("activities", static_cast<std::uint64_t>(version.activities));
    write_dependencies(writer, version.dependencies);
  });
}

std::string_view name_of(Vendor vendor) {
  switch (vendor) {
    case Vendor::creatio: return "creatio";
    case Vendor::origam: return "origam";
    case Vendor::trackvia: return "trackvia";
  }
  return "";
}

void write_package(JsonWriter& writer, const Package& package) {
  const auto small = [](const std::optional<int>& value) {
    return value ? std::optional<std::int64_t>(*value) : std::nullopt;
  };
  writer.begin_object();
  writer.member_or_null("name", package.name);
  writer.member_or_null("id", package.id);
  writer.optional_text("version", package.version);
  writer.member("kind", name_of(package.vendor));
  writer.optional_text("maintainer", package.maintainer);
  writer.member_or_null("modified", package.modified_ms ? iso_time(*package.modified_ms) : std::string());
  write_dependencies(writer, package.dependencies);
  write_counts(writer, package.counts);
  writer.member("bytes", package.bytes);
  writer.member("packed_bytes", package.packed_bytes);
  writer.member_or_null("file", package.file);
  writer.optional_text("description", package.description);
  writer.optional_number("modified_ms", package.modified_ms);
  if (package.vendor == Vendor::creatio) {
    writer.optional_number("type", small(package.type));
    writer.optional_number("install_behavior", small(package.install_behavior));
    writer.optional_text("project_path", package.project_path);
    writer.member("install_scripts", static_cast<std::uint64_t>(package.install_scripts));
    write_app(writer, package.app);
    writer.texts("odd", package.odd);
  }
  if (package.vendor == Vendor::origam) write_deployment_versions(writer, package);
  writer.end_object();
}

void write_script(JsonWriter& writer, const ScriptEntry& script) {
  writer.begin_object();
  writer.member_or_null("package", script.package);
  writer.member_or_null("name", script.name);
  writer.member_or_null("file", script.file);
  writer.member_or_null("dialect", script.dialect ? to_string(*script.dialect) : std::string_view());
  if (script.deployment_version) {
    writer.member("deployment_version", *script.deployment_version);
  } else {
    writer.member_or_null("install_type", script.install_type ? to_string(*script.install_type) : std::string_view());
  }
  writer.optional_flag("backward_compatible", script.backward_compatible);
  writer.member("statements", static_cast<std::uint64_t>(script.statements));
  writer.member("verdict", sql::to_string(script.verdict));
  writer.member("reversibility", to_string(script.reversibility));
  writer.member_or_null("input", script.input);
  writer.member_or_null("folder", script.folder);
  writer.member("bytes", script.bytes);
  writer.optional_number("modified_ms", script.modified_ms);
  if (script.change) writer.member("change", to_string(*script.change));
  writer.list("depends_on", script.depends_on, [&](const ElementReference& reference) {
    writer.member_or_null("id", reference.id);
    writer.member_or_null("name", reference.name);
  });
  writer.end_object();
}

// Lines, columns and lengths start at 1; 0 in the model means that there is none.
void write_place_number(JsonWriter& writer, std::string_view name, std::uint64_t value) {
  if (value == 0) return writer.member_null(name);
  writer.member(name, value);
}

void write_finding(JsonWriter& writer, const Finding& finding) {
  writer.begin_object();
  writer.member("rule", finding.rule);
  writer.member("severity", to_string(finding.severity));
  writer.member("message", finding.message);
  writer.member_or_null("package", finding.package);
  writer.member_or_null("file", finding.at.file);
  write_place_number(writer, "line", finding.at.line);
  write_place_number(writer, "column", finding.at.column);
  write_place_number(writer, "end_line", finding.end_line);
  write_place_number(writer, "end_column", finding.end_column);
  if (finding.at.file.empty()) {
    writer.member_null("offset");
  } else {
    writer.member("offset", finding.at.offset);
  }
  write_place_number(writer, "length", finding.length);
  writer.member_or_null("remedy", finding.remedy);
  writer.member("reversibility", to_string(finding.reversibility));
  writer.member_or_null("input", finding.input);
  writer.member_or_null("excerpt", finding.excerpt);
  write_place_number(writer, "excerpt_column", finding.excerpt_column);
  if (finding.suppressed) writer.member_or_null("suppression_reason", finding.suppression_reason);
  writer.end_object();
}

void write_rollback(JsonWriter& writer, const Rollback& rollback) {
  writer.key("rollback");
  writer.begin_object();
  writer.member("verdict", to_string(rollback.verdict));
  writer.texts("reasons", rollback.reasons);
  writer.list("steps", rollback.steps, [&](const RollbackStep& step) {
    writer.member("action", step.action);
    writer.member_or_null("package", step.package);
    writer.member_or_null("element", step.element);
    writer.member_or_null("note", step.note);
  });
  writer.end_object();
}

void write_summary(JsonWriter& writer, const Summary& summary) {
  const auto number = [&](std::string_view name, std::uint64_t value) { writer.member(name, value); };
  writer.key("summary");
  writer.begin_object();
  number("errors", summary.errors);
  number("warnings", summary.warnings);
  number("infos", summary.infos);
  number("packages", summary.packages);
  number("scripts", summary.scripts);
  number("statements", summary.statements);
  number("milliseconds", summary.milliseconds);
  number("suppressed", summary.suppressed);
  writer.end_object();
}

}  // namespace

void write_findings(JsonWriter& writer, const Findings& findings, bool suppressed) {
  writer.begin_array();
  for (const Finding& finding : findings) {
    if (finding.suppressed == suppressed) write_finding(writer, finding);
  }
  writer.end_array();
}

std::string write_json(const Report& report) {
  std::string out;
  out.reserve(1024 + report.findings.size() * 900 + report.scripts.size() * 600 + report.packages.size() * 1500);
  JsonWriter writer(out);
  writer.begin_object();
  writer.member("schema", "backstay.report/1");
  writer.key("generator");
  writer.begin_object();
  writer.member("name", "backstay");
  writer.member("version", BACKSTAY_VERSION);
  writer.end_object();
  write_inputs(writer, report);
  writer.key("packages");
  writer.begin_array();
  for (const Package& package : report.packages) write_package(writer, package);
  writer.end_array();
  writer.key("scripts");
  writer.begin_array();
  for (const ScriptEntry& script : report.scripts) write_script(writer, script);
  writer.end_array();
  writer.key("order");
  write_order(writer, report.order);
  writer.key("findings");
  write_findings(writer, report.findings, false);
  write_rollback(writer, report.rollback);
  write_summary(writer, report.summary);
  writer.key("suppressed");
  write_findings(writer, report.findings, true);
  writer.end_object();
  out += '\n';
  return out;
}

}  // namespace backstay::report
