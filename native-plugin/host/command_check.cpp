// backstay check: the preflight.
#include <memory>

#include "native-plugin/host/check.hpp"
#include "native-plugin/host/commands.hpp"
#include "native-plugin/host/exit_code.hpp"
#include "native-plugin/host/output.hpp"

namespace backstay::host {

Action add_check(CLI::App& app) {
  CLI::App* command = app.add_subcommand("check", "Read, validate, resolve, check SQL and plan the rollback of packages");
  const auto options = std::make_shared<CheckingOptions>();
  const auto paths = std::make_shared<std::vector<std::string>>();
  command->add_option("PATH", *paths, "a package folder, .gz package, delivery .zip, workspace,\nORIGAM model, promotion .json, .sql file, or - (SQL on standard input)")
      ->required()
      ->option_text("...");
  add_checking_options(*command, *options);
  return [options, paths] {
    const std::optional<Resolved> resolved = resolve(*options);
    if (!resolved) return static_cast<int>(usage);
    const report::Report report = check_paths(*paths, *resolved);
    const std::string text = report::write(report, resolved->format, resolved->write);
    if (!deliver(text, resolved->output)) return static_cast<int>(usage);
    return exit_code_of(report, resolved->settings.fail_on);
  };
}

}  // namespace backstay::host
