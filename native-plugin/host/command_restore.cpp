// backstay restore and backstay recover: the ways back.
#include <algorithm>
#include <memory>

#include "core/report/json_writer.hpp"
#include "native-plugin/host/commands.hpp"
#include "native-plugin/host/exit_code.hpp"
#include "native-plugin/host/operation_text.hpp"
#include "native-plugin/host/output.hpp"
#include "native-plugin/host/target_options.hpp"

namespace backstay::host {
namespace {

struct RestoreOptions {
  TargetOptions target;
  std::string backup, on_conflict, digest, decision;
  std::vector<std::string> packages, elements, tables, acknowledged;
  bool without_data = false, dry_run = false, force = false, whole_database = false;
};

std::string restore_params(const RestoreOptions& options) {
  std::string params;
  report::JsonWriter json(params, 0);
  json.begin_object();
  if (!options.backup.empty()) json.member("backup_id", options.backup);
  if (!options.packages.empty() || !options.elements.empty() || !options.tables.empty()) {
    json.key("scope");
    json.begin_object();
    if (!options.packages.empty()) json.texts("packages", options.packages);
    if (!options.elements.empty()) json.texts("elements", options.elements);
    if (!options.tables.empty()) json.texts("tables", options.tables);
    json.end_object();
  }
  if (options.without_data) json.member("data", "skip");
  if (!options.on_conflict.empty()) json.member("on_conflict", options.on_conflict);
  if (options.dry_run) json.member_flag("dry_run", true);
  if (options.whole_database) json.member_flag("whole_database", true);
  if (!options.digest.empty()) json.member("digest", options.digest);
  if (!options.acknowledged.empty()) json.texts("acknowledge", options.acknowledged);
  if (options.force) json.member_flag("force", true);
  json.end_object();
  return params;
}

std::string recover_params(const RestoreOptions& options) {
  std::string params;
  report::JsonWriter json(params, 0);
  json.begin_object();
  std::string decision = options.decision;
  std::replace(decision.begin(), decision.end(), '-', '_');
  if (!decision.empty()) json.member("decision", decision);
  if (!options.acknowledged.empty()) json.texts("acknowledge", options.acknowledged);
  if (options.force) json.member_flag("force", true);
  json.end_object();
  return params;
}

int run(const RestoreOptions& options, std::int32_t kind, const std::string& params) {
  const Result<PluginCall> call = plugin_call(options.target);
  if (!call.ok()) {
    complain(call.error().message);
    return usage;
  }
  return deliver_answer(run_operation(call.value(), kind, params), options.target, operation_text);
}

void add_risk_options(CLI::App& command, RestoreOptions& options) {
  command.add_option("--acknowledge", options.acknowledged, "accept this risk, as the report named it; once per risk")->option_text("RISK-ID");
  command.add_flag("--force", options.force, "accept every R-NBC-SCRIPT: scripts without the backward compatible flag; no other risk");
}

}  // namespace

Action add_restore(CLI::App& app) {
  CLI::App* command = app.add_subcommand("restore", "Go back to a backup; edits that users made since are kept");
  const auto options = std::make_shared<RestoreOptions>();
  add_target_options(*command, options->target, Needs::database_and_store);
  command->add_option("--backup", options->backup, "which (default: the newest)")->option_text("ID");
  command->add_flag("--dry-run", options->dry_run, "only list actions, conflicts and risks");
  add_risk_options(*command, *options);
  command->add_option("--package", options->packages, "only this package; repeatable")->option_text("NAME");
  command->add_option("--element", options->elements, "only this element; repeatable")->option_text("KEY");
  command->add_option("--table", options->tables, "only rows of this table; repeatable")->option_text("NAME");
  command->add_flag("--without-data", options->without_data, "elements and schema only, no captured rows");
  command->add_option("--on-conflict", options->on_conflict, "a value that somebody changed since: keep it (default) or overwrite it")
      ->check(CLI::IsMember({"keep", "overwrite"}))
      ->option_text("HOW");
  command->add_flag("--whole-database", options->whole_database, "SQLite: put the full copy in the backup back; what was entered since is lost")->excludes("--without-data");
  command->add_option("--digest", options->digest, "of the dry run in which the risks were read")->option_text("DIGEST");
  return [options] { return run(*options, BACKSTAY_OP_RESTORE, restore_params(*options)); };
}

Action add_recover(CLI::App& app) {
  CLI::App* command = app.add_subcommand("recover", "Finish or undo what a crash interrupted; take a decision where one is waited for");
  const auto options = std::make_shared<RestoreOptions>();
  add_target_options(*command, options->target, Needs::database_and_store);
  command->add_option("--decision", options->decision, "for an operation that waits: restore, restore-without-data (elements only),\nkeep-applied, or database-restored (an administrator put the database back)")
      ->check(CLI::IsMember({"restore", "restore-without-data", "keep-applied", "database-restored"}))
      ->option_text("WHAT");
  add_risk_options(*command, *options);
  return [options] { return run(*options, BACKSTAY_OP_RECOVER, recover_params(*options)); };
}

}  // namespace backstay::host
