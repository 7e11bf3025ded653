// From a plan to what an operation does in the database and in the store.
#include "core/apply/operation.hpp"
#include "core/report/json_writer.hpp"

namespace backstay::apply {
namespace {

std::string packages_of(const ApplyPlan& plan) {
  std::string out;
  report::JsonWriter json(out, 0);
  json.begin_array();
  for (const PlanStep& step : plan.steps) {
    if (step.kind != StepKind::version_record) continue;
    json.begin_object();
    json.member("name", step.package);
    json.member("id", step.package_id);
    json.member("version", step.version);
    json.optional_text("previous_version", step.previous_version);
    json.end_object();
  }
  json.end_array();
  return out;
}

std::string literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c;
    if (c == '\'') out += c;
  }
  return out + "'";
}

// One row per package in the table that ORIGAM itself reads, in the transaction of the scripts. The platform
// stores it behind the commit, so that a crash in between runs every script again (origam.md section 13).
std::string version_statements(const PlanStep& step, db::Engine engine) {
  const std::string now = engine == db::Engine::postgresql ? "CURRENT_TIMESTAMP" : "datetime('now')";
  const std::string id_type = engine == db::Engine::postgresql ? "uuid" : "text";
  const std::string id = literal(step.package_id), version = literal(step.version);
  return "CREATE TABLE IF NOT EXISTS \"OrigamModelVersion\"(\"refSchemaExtensionId\" " + id_type +
         " PRIMARY KEY, \"Version\" varchar(20), \"DateUpdated\" timestamp NOT NULL);\n"
         "UPDATE \"OrigamModelVersion\" SET \"Version\" = " + version + ", \"DateUpdated\" = " + now +
         " WHERE \"refSchemaExtensionId\" = " + id + ";\n"
         "INSERT INTO \"OrigamModelVersion\"(\"refSchemaExtensionId\", \"Version\", \"DateUpdated\") SELECT " +
         (engine == db::Engine::postgresql ? id + "::uuid" : id) + ", " + version + ", " + now +
         " WHERE NOT EXISTS (SELECT 1 FROM \"OrigamModelVersion\" WHERE \"refSchemaExtensionId\" = " + id + ");\n";
}

// What the host's table of changes takes (include/backstay/plugin.h).
std::string change_of(const PlanStep& step) {
  const std::string_view action = step.action == "promote-add" ? "add" : step.action == "promote-delete" ? "delete" : "modify";
  return "{\"action\":\"" + std::string(action) + "\"," + step.parameters.substr(1);
}

// The same for people who ask later what came when: without the definitions.
void write_change(report::JsonWriter& json, const PlanStep& step) {
  const auto parsed = parse_json(step.parameters, "parameters");
  if (!parsed.ok()) return;
  const JsonValue& root = parsed.value().root;
  json.begin_object();
  json.member("revision_type", step.action == "promote-add" ? "ADD" : step.action == "promote-delete" ? "DEL" : "MOD");
  for (const char* name : {"resource_id", "resource_type", "resource_name", "app_name"}) json.member_or_null(name, root.text(name).value_or(""));
  json.end_object();
}

std::string changes_of(const ApplyPlan& plan) {
  std::string out;
  report::JsonWriter json(out, 0);
  json.begin_array();
  for (const PlanStep& step : plan.steps) {
    if (!step.parameters.empty()) write_change(json, step);
  }
  json.end_array();
  return out == "[]" ? std::string() : out;
}

// "ReportsFolder:sub/file.rpt" and the zip that holds the file.
std::string file_change(const PlanStep& step) {
  const std::size_t colon = step.element.find(':');
  std::string out;
  report::JsonWriter json(out, 0);
  json.begin_object();
  json.member("action", "write-file");
  json.member("location", std::string_view(step.element).substr(0, colon));
  json.member("target", std::string_view(step.element).substr(colon + 1));
  json.member("content", step.contents.empty() ? std::string_view() : std::string_view(step.contents[0].key));
  json.end_object();
  return out;
}

std::string host_call(const PlanStep& step, std::string_view action) {
  std::string out;
  report::JsonWriter json(out, 0);
  json.begin_object();
  json.member("action", action);
  json.member("package", step.package);
  json.member("element", step.element);
  json.member_or_null("element_id", step.element_id);
  json.end_object();
  return out;
}

Work work_of(const PlanStep& step) {
  Work work;
  work.step = step.id;
  work.package = step.package;
  work.element = step.element;
  work.phase = step.phase;
  work.digest = step.digest;
  work.timeout_ms = step.timeout_ms;
  work.undoing.uid = step.element_id.empty() ? step.element : step.element_id;
  work.undoing.reverse_class = "none";
  return work;
}

// On SQLite rows are captured by the server and the schema is compared, so no script is beyond taking back by itself.
const char* class_of_script(db::Engine engine) { return engine == db::Engine::sqlite ? "captured" : "not-undone"; }

void add_script(Assignment& job, const PlanStep& step, db::Engine engine) {
  Work work = work_of(step);
  work.content = step.contents.empty() ? std::string() : step.contents[0].key;
  work.is_outside = step.transaction != StepTransaction::shared;
  work.undoing.suspends = step.suspends();
  work.undoing.reverse_class = work.is_outside ? "not-undone" : class_of_script(engine);
  job.works.push_back(std::move(work));
}

void add_host_call(Assignment& job, const PlanStep& step, std::string_view action, bool has_way_back) {
  Work work = work_of(step);
  work.kind = Work::Kind::host_call;
  work.own = host_call(step, action);
  if (!step.parameters.empty()) {
    work.own = change_of(step);
    work.is_change = true;
    if (step.reversible == Reversible::r3 && !has_way_back) job.risks.push_back({"R-R3-STEP:" + step.id, step.element + ": " + step.reason});
  }
  job.works.push_back(std::move(work));
}

void add_file(Assignment& job, const PlanStep& step) {
  Work work = work_of(step);
  work.kind = Work::Kind::host_call;
  work.own = file_change(step);
  work.is_change = true;
  job.works.push_back(std::move(work));
}

void add_step(Assignment& job, const PlanStep& step, db::Engine engine, bool has_way_back) {
  switch (step.kind) {
    case StepKind::sql: return add_script(job, step, engine);
    case StepKind::element_put:
    case StepKind::element_delete:
      for (const Content& content : step.contents) {
        StoreChange change;
        change.key = content.key;
        change.is_removal = step.kind == StepKind::element_delete;
        if (!change.is_removal) {
          change.content = content.key;
          change.sha256 = content.sha256;
        }
        job.store_changes.push_back(std::move(change));
      }
      return;
    case StepKind::version_record: {
      // Creatio's version stands in the package's descriptor, which is an element.
      if (!step.is_origam) return;
      Work work = work_of(step);
      work.kind = Work::Kind::statements;
      work.own = version_statements(step, engine);
      work.undoing.reverse_class = class_of_script(engine);
      job.works.push_back(std::move(work));
      return;
    }
    case StepKind::host_call: return add_host_call(job, step, step.action, has_way_back);
    case StepKind::file_put:
      // An ORIGAM activity names a path on the server: the host's configuration says where that may be.
      if (step.is_origam) return add_file(job, step);
      // Files of a Creatio package lie in the store like its elements.
      for (const Content& content : step.contents) {
        StoreChange change;
        change.key = content.key;
        change.content = content.key;
        change.sha256 = content.sha256;
        job.store_changes.push_back(std::move(change));
      }
      return;
    case StepKind::data_binding: {
      Work work = work_of(step);
      work.kind = Work::Kind::statements;
      work.is_binding = true;
      work.install_type = step.install_type;
      for (const Content& content : step.contents) {
        const std::string_view name = std::string_view(content.key).substr(content.key.rfind('/') + 1);
        if (name == "descriptor.json") work.descriptor = content.key;
        if (name == "data.json") work.content = content.key;
        if (name.starts_with("data.") && name != "data.json" && name.ends_with(".json")) work.localizations.push_back(content.key);
      }
      work.undoing.reverse_class = class_of_script(engine);
      // Without rows there is nothing to write.
      if (!work.descriptor.empty() && !work.content.empty()) job.works.push_back(std::move(work));
      return;
    }
  }
}

}  // namespace

namespace {

std::unique_ptr<Machine> start(ApplyPlan plan, Settings settings, std::string kind) {
  Assignment job;
  job.kind = std::move(kind);
  if (!plan.complete) job.why_not = plan.why_not.empty() ? "there is no complete plan" : plan.why_not;
  job.plan_digest = plan.digest;
  job.plan_json = write_plan(plan, report::Format::json);
  job.packages_json = packages_of(plan);
  job.changes_json = changes_of(plan);
  for (const PlanStep& step : plan.steps) add_step(job, step, settings.engine, settings.has_way_back);
  for (const Work& work : job.works) {
    if (work.is_outside) settings.mode = Transactions::per_step;
  }
  return std::make_unique<Operation>(std::move(job), std::move(settings));
}

}  // namespace

std::unique_ptr<Machine> start_apply(ApplyPlan plan, Settings settings) {
  return start(std::move(plan), std::move(settings), "apply");
}

std::unique_ptr<Machine> start_uninstall(ApplyPlan plan, Settings settings) {
  return start(std::move(plan), std::move(settings), "uninstall");
}

}  // namespace backstay::apply
