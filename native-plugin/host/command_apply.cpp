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
  bool force = false, dry_run = false;
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
  return [options] { return run(*options, BACKSTAY_OP_APPLY); };
}

Action add_rehearse(CLI::App& app) {
  CLI::App* command = app.add_subcommand("rehearse", "Apply and roll back on a scratch copy, then show what did not come back");
  const auto options = std::make_shared<ApplyOptions>();
  add_paths(*command, *options);
  add_target_options(*command, options->target, Needs::database);
  add_risk_options(*command, *options);
  command->add_option("--scratch", options->scratch, "sqlite: copy; PostgreSQL: template (default) or dump")
      ->check(CLI::IsMember({"copy", "template", "dump"}))
      ->option_text("HOW");
  return [options] {
    const TemporaryState state;
    if (options->target.store.empty()) options->target.store = state.path();
    return run(*options, BACKSTAY_OP_REHEARSE);
  };
}

}  // namespace backstay::host
