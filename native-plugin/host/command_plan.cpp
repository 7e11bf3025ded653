// backstay plan: what an apply would do step by step, and what taking it back rests on.
#include <memory>

#include "core/apply/prepare.hpp"
#include "native-plugin/host/check.hpp"
#include "native-plugin/host/commands.hpp"
#include "native-plugin/host/exit_code.hpp"
#include "native-plugin/host/inputs.hpp"
#include "native-plugin/host/output.hpp"
#include "native-plugin/host/sha256.hpp"

namespace backstay::host {
namespace {

struct PlanOptions {
  CheckingOptions checking;
  std::vector<std::string> paths;
  bool uninstall = false;
};

int show_plan(const PlanOptions& options, const Resolved& resolved) {
  const report::Report report = check_paths(options.paths, resolved);
  if (tell_unknown_active(report.findings)) return usage;
  tell_unreadable(report);
  std::vector<Input> inputs;
  for (const std::string& path : options.paths) inputs.push_back(open_input(path, resolved.settings.preflight.limits).input);
  apply::PrepareOptions prepare;
  prepare.preflight = resolved.settings.preflight;
  prepare.digest = [](std::string_view bytes) { return sha256_of(bytes); };
  prepare.uninstall = options.uninstall;
  // Who names a dialect and no target means a target of that engine.
  if (!prepare.preflight.environment.engine) prepare.engine = prepare.preflight.dialect;
  const apply::ApplyPlan plan = apply::plan_for(inputs, report, prepare);
  if (!deliver(apply::write_plan(plan, resolved.format, resolved.write), resolved.output)) return usage;
  if (report.unreadable_input) return unreadable;
  return plan.complete && plan.blockers.empty() ? done : findings;
}

}  // namespace

Action add_plan(CLI::App& app) {
  CLI::App* command = app.add_subcommand("plan", "What an apply would do step by step, and what a rollback of it rests on");
  const auto options = std::make_shared<PlanOptions>();
  command->add_option("PATH", options->paths, "as for check")->required();
  command->add_flag("--uninstall", options->uninstall, "plan the removal of these packages: their UninstallApp scripts, then their elements");
  add_checking_options(*command, options->checking);
  return [options] {
    const std::optional<Resolved> resolved = resolve(options->checking);
    if (!resolved) return static_cast<int>(usage);
    if (!can_write("plan", resolved->format, {"text", "json", "markdown"})) return static_cast<int>(usage);
    return show_plan(*options, *resolved);
  };
}

}  // namespace backstay::host
