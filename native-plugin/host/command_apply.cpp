// backstay apply and backstay rehearse: packages into a system, for real or on a scratch copy.
#include <filesystem>
#include <memory>

#include "core/report/json_writer.hpp"
#include "native-plugin/host/commands.hpp"
#include "native-plugin/host/exit_code.hpp"
#include "native-plugin/host/operation_text.hpp"
#include "native-plugin/host/output.hpp"
#include "native-plugin/host/target_options.hpp"

namespace backstay::host {
namespace {

struct ApplyOptions {
  TargetOptions target;
  std::vector<std::string> paths, acknowledged;
  std::string mode, scratch, database_backup;
  std::string not_before, not_after;
  std::vector<std::string> recipients;
  bool force = false, dry_run = false, uninstall = false;
};

std::string params_of(const ApplyOptions& options) {
  std::string params;
  report::JsonWriter json(params, 0);
  json.begin_object();
  std::vector<std::string> inputs;
  for (const std::string& path : options.paths) inputs.push_back(std::filesystem::absolute(path).lexically_normal().string());
  json.texts("inputs", inputs);
  if (!options.mode.empty()) json.member("mode", options.mode);
  if (!options.scratch.empty()) json.member("scratch", options.scratch);
  if (!options.acknowledged.empty()) json.texts("acknowledge", options.acknowledged);
  if (options.force) json.member_flag("force", true);
  if (options.dry_run) json.member_flag("dry_run", true);
  if (!options.not_before.empty() || !options.not_after.empty()) {
    json.key("window");
    json.begin_object();
    if (!options.not_before.empty()) json.member("not_before", options.not_before);
    if (!options.not_after.empty()) json.member("not_after", options.not_after);
    json.end_object();
  }
  if (!options.recipients.empty()) json.texts("recipients", options.recipients);
  if (!options.database_backup.empty()) {
    json.key("database_backup");
    json.begin_object();
    json.member("id", options.database_backup);
    json.end_object();
  }
  json.end_object();
  return params;
}

int run(const ApplyOptions& options, std::int32_t kind) {
  const Result<PluginCall> call = plugin_call(options.target);
  if (!call.ok()) {
    complain(call.error().message);
    return usage;
  }
  return deliver_answer(run_operation(call.value(), kind, params_of(options)), options.target, operation_text);
}

void add_paths(CLI::App& command, ApplyOptions& options) {
  command.add_option("PATH", options.paths, "what to apply: as for check")->required()->option_text("...");
  command.add_option("--mode", options.mode, "what one transaction covers: whole (default), per-package or per-step")
      ->check(CLI::IsMember({"whole", "per-package", "per-step"}))
      ->option_text("MODE");
}

void add_risk_options(CLI::App& command, ApplyOptions& options) {
  command.add_option("--acknowledge", options.acknowledged, "accept this risk, as the report named it; once per risk")->option_text("RISK-ID");
  command.add_flag("--force", options.force, "accept every R-NBC-SCRIPT: scripts without the backward compatible flag; no other risk");
}

}  // namespace

Action add_apply(CLI::App& app) {
  CLI::App* command = app.add_subcommand("apply", "Apply packages: pre-check, backup, lock, apply, verify, unlock; takes itself back on failure");
  const auto options = std::make_shared<ApplyOptions>();
  add_paths(*command, *options);
  add_target_options(*command, options->target, Needs::database_and_store);
  add_risk_options(*command, *options);
  command->add_flag("--dry-run", options->dry_run, "only say what would be done");
  command->add_flag("--uninstall", options->uninstall, "take these packages away: their UninstallApp scripts, then their elements");
  command->add_option("--database-backup", options->database_backup, "a backup of the database that was made by other means, for steps that nothing else takes back")->option_text("NAME");
  command->add_option("--not-before", options->not_before, "maintenance window: nothing is changed earlier (RFC 3339 with a zone)")->option_text("TIME");
  command->add_option("--not-after", options->not_after, "nor begun later")->option_text("TIME");
  command->add_option("--notify", options->recipients, "who gets a mail (it lies in the outbox for a mail program); repeatable")->option_text("ADDRESS");
  return [options] { return run(*options, options->uninstall ? BACKSTAY_OP_UNINSTALL : BACKSTAY_OP_APPLY); };
}

Action add_rehearse(CLI::App& app) {
  CLI::App* command = app.add_subcommand("rehearse", "Apply and roll back on a scratch copy, then show what did not come back");
  const auto options = std::make_shared<ApplyOptions>();
  add_paths(*command, *options);
  add_target_options(*command, options->target, Needs::database);
  add_risk_options(*command, *options);
  command->add_option("--scratch", options->scratch, "sqlite: copy (default); PostgreSQL: template (default) or dump; both: in-place, in a\ntransaction of the database itself that is taken back, with users locked out")
      ->check(CLI::IsMember({"copy", "template", "dump", "in-place"}))
      ->option_text("HOW");
  return [options] {
    const TemporaryState state;
    if (options->target.store.empty()) options->target.store = state.path();
    return run(*options, BACKSTAY_OP_REHEARSE);
  };
}

}  // namespace backstay::host
