// backstay backups: list, show, verify, prune.
#include <memory>

#include "core/report/json_writer.hpp"
#include "native-plugin/host/commands.hpp"
#include "native-plugin/host/exit_code.hpp"
#include "native-plugin/host/operation_text.hpp"
#include "native-plugin/host/output.hpp"
#include "native-plugin/host/target_options.hpp"

namespace backstay::host {
namespace {

struct BackupsOptions {
  TargetOptions target;
  std::string what = "list", id;
};

std::string params_of(const BackupsOptions& options) {
  std::string params;
  report::JsonWriter json(params, 0);
  json.begin_object();
  if (!options.id.empty()) json.member("backup_id", options.id);
  json.end_object();
  return params;
}

int run(const BackupsOptions& options) {
  const bool wants_id = options.what == "show" || options.what == "verify";
  if (wants_id == options.id.empty()) {
    complain(wants_id ? "backups " + options.what + " wants the ID of a backup" : "backups " + options.what + " takes no ID");
    return usage;
  }
  const Result<PluginCall> call = plugin_call(options.target);
  if (!call.ok()) {
    complain(call.error().message);
    return usage;
  }
  const std::string params = params_of(options);
  if (options.what == "changelog") {
    const std::string format = options.target.format == "json" ? R"({"format":"json"})" : R"({"format":"csv"})";
    return deliver_answer(run_query(call.value(), "changelog", format), options.target, [](std::string_view document) { return std::string(document); });
  }
  if (options.what == "list") return deliver_answer(run_query(call.value(), "backups", params), options.target, backups_text);
  if (options.what == "show") return deliver_answer(run_query(call.value(), "backup", params), options.target, backup_text);
  const std::int32_t kind = options.what == "verify" ? BACKSTAY_OP_VERIFY_BACKUP : BACKSTAY_OP_PRUNE;
  return deliver_answer(run_operation(call.value(), kind, params), options.target, operation_text);
}

}  // namespace

Action add_backups(CLI::App& app) {
  CLI::App* command = app.add_subcommand("backups", "List backups, show or verify one, remove the ones that may go");
  const auto options = std::make_shared<BackupsOptions>();
  command->add_option("WHAT", options->what, "list (default), show ID, verify ID, prune, or changelog (CSV: what was applied and restored, when and by whom)")->check(CLI::IsMember({"list", "show", "verify", "prune", "changelog"}));
  command->add_option("ID", options->id, "of one backup");
  add_target_options(*command, options->target, Needs::store);
  return [options] { return run(*options); };
}

}  // namespace backstay::host
