// backstay order: the deployment order alone; also ORIGAM's exchange format.
#include <memory>

#include "core/base/json.hpp"
#include "core/deploy/environment.hpp"
#include "core/deploy/exchange.hpp"
#include "native-plugin/host/check.hpp"
#include "native-plugin/host/commands.hpp"
#include "native-plugin/host/exit_code.hpp"
#include "native-plugin/host/inputs.hpp"
#include "native-plugin/host/output.hpp"

namespace backstay::host {
namespace {

struct OrderOptions {
  CheckingOptions checking;
  std::string deployed, exchange;
  std::vector<std::string> paths;
};

int order_exchange_file(const OrderOptions& options, const Resolved& resolved) {
  const Limits& limits = resolved.settings.preflight.limits;
  // A history of 200,000 versions with nine entries each is 150 MB of this format.
  const Result<std::string> text = read_text(options.exchange, limits.max_package_inflated_bytes);
  if (!text.ok()) {
    complain(with_place(text.error()));
    return unreadable;
  }
  const Result<std::string> answer = deploy::order_exchange(text.value(), options.exchange, limits);
  if (!answer.ok()) {
    complain(with_place(answer.error()));
    return unreadable;
  }
  const std::string line = answer.value().ends_with('\n') ? answer.value() : answer.value() + "\n";
  if (!deliver(line, resolved.output)) return usage;
  const Result<JsonDocument> document = parse_json(answer.value(), "");
  return document.ok() && document.value().root.flag("ok") == true ? done : findings;
}

int order_paths(const OrderOptions& options, Resolved& resolved) {
  if (!options.deployed.empty()) {
    Result<deploy::Environment> deployed = load_environment(options.deployed, resolved.settings.preflight.limits);
    if (!deployed.ok()) {
      complain(with_place(deployed.error()));
      return usage;
    }
    resolved.settings.preflight.environment = std::move(deployed.value());
  }
  resolved.settings.preflight.check_scripts = false;
  const report::Report report = check_paths(options.paths, resolved);
  if (tell_unknown_active(report.findings)) return usage;
  tell_unreadable(report);
  if (!deliver(report::write_order(report, resolved.format, resolved.write), resolved.output)) return usage;
  if (report.unreadable_input) return unreadable;
  return deploy::has_no_order(report.order) ? findings : done;
}

}  // namespace

Action add_order(CLI::App& app) {
  CLI::App* command = app.add_subcommand("order", "The deployment order, one step a line, or what stands in its way");
  const auto options = std::make_shared<OrderOptions>();
  command->add_option("PATH", options->paths, "as for check");
  command->add_option("--deployed", options->deployed, "what the target stands at: a description, an export of ORIGAM's version table, a folder of\npackages, or the database itself (sqlite:PATH, postgresql://..., env:NAME)");
  command->add_option("--exchange", options->exchange, "sort versions given in ORIGAM's exchange format instead of PATH; - is standard input");
  add_checking_options(*command, options->checking);
  return [options] {
    std::optional<Resolved> resolved = resolve(options->checking);
    if (!resolved) return static_cast<int>(usage);
    if (!can_write("order", resolved->format, {"text", "json"})) return static_cast<int>(usage);
    if (options->exchange.empty() == options->paths.empty()) {
      complain("order wants either PATH or --exchange FILE");
      return static_cast<int>(usage);
    }
    return options->exchange.empty() ? order_paths(*options, *resolved) : order_exchange_file(*options, *resolved);
  };
}

}  // namespace backstay::host
