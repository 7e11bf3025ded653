// The reference command line: what a CRM would do with the library, as a program.
#include <CLI/CLI.hpp>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <cstdio>
#include <map>

#include "native-plugin/host/commands.hpp"
#include "native-plugin/host/exit_code.hpp"
#include "native-plugin/host/interrupt.hpp"
#include "native-plugin/host/output.hpp"

namespace backstay::host {
namespace {

constexpr std::string_view version_text = "backstay " BACKSTAY_VERSION "\n";

// The help of one command, under the name it is called by; App::help() would answer for whichever
// command was parsed.
std::string help_of(const CLI::App& app, const CLI::App& about) {
  const std::string name = &about == &app ? app.get_name() : app.get_name() + " " + about.get_name();
  return about.get_formatter()->make_help(&about, name, CLI::AppFormatMode::Normal);
}

Action add_version(CLI::App& app) {
  app.add_subcommand("version", "The version of this program");
  return [] { return static_cast<int>(deliver(version_text, "") ? done : usage); };
}

Action add_help(CLI::App& app) {
  CLI::App* command = app.add_subcommand("help", "How to use a command");
  const auto topic = std::make_shared<std::string>();
  command->add_option("COMMAND", *topic, "one of the commands");
  return [&app, topic] {
    const CLI::App* about = &app;
    if (!topic->empty()) {
      about = nullptr;
      for (const CLI::App* known : app.get_subcommands([](const CLI::App*) { return true; })) {
        if (known->get_name() == *topic) about = known;
      }
      if (!about) {
        complain("there is no command \"" + *topic + "\"");
        return static_cast<int>(usage);
      }
    }
    return static_cast<int>(deliver(help_of(app, *about), "") ? done : usage);
  };
}

int report_parse_error(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) {  // --help, --version
    const CLI::App* about = &app;
    for (const CLI::App* used : app.get_subcommands()) about = used;
    const bool is_version = error.get_name() == "CallForVersion";
    return deliver(is_version ? std::string(version_text) : help_of(app, *about), "") ? done : usage;
  }
  complain(error.what());
  std::fputs("backstay help [COMMAND] tells how to use it\n", stderr);
  return usage;
}

int run(int argc, char** argv) {
  CLI::App app{"Backstay: deploy forward, and always be able to come back.", "backstay"};
  app.require_subcommand(1);
  app.set_version_flag("--version", "backstay " BACKSTAY_VERSION);
  std::map<std::string, Action> actions;
  actions["check"] = add_check(app);
  actions["order"] = add_order(app);
  actions["repair"] = add_repair(app);
  actions["plan"] = add_plan(app);
  actions["statements"] = add_statements(app);
  actions["reverse"] = add_reverse(app);
  actions["batch"] = add_batch(app);
  actions["rules"] = add_rules(app);
  actions["pack"] = add_pack(app);
  actions["unpack"] = add_unpack(app);
  actions["apply"] = add_apply(app);
  actions["rehearse"] = add_rehearse(app);
  actions["restore"] = add_restore(app);
  actions["recover"] = add_recover(app);
  actions["backups"] = add_backups(app);
  actions["snapshot"] = add_snapshot(app);
  actions["version"] = add_version(app);
  actions["help"] = add_help(app);
  app.footer(
      "Exit codes: 0 nothing at or above --fail-on; 1 findings, or no order; 2 wrong use\n"
      "or configuration; 3 an input could not be read; 4 an apply or restore failed, and all is\n"
      "as it was; 5 it failed and could not be undone completely; 6 refused before anything\n"
      "was changed; 7 interrupted, and all is as it was.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return report_parse_error(app, error);
  }
  return actions.at(app.get_subcommands().front()->get_name())();
}

}  // namespace
}  // namespace backstay::host

int main(int argc, char** argv) {
#ifdef __GLIBC__
  // Each script takes and gives back a few megabytes. Handing those to the system every time, to get them again as
  // empty pages for the next script, costs as much as reading the script.
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
  backstay::host::handle_interrupts();
  try {
    return backstay::host::run(argc, argv);
  } catch (const std::exception& problem) {
    // The host's own libraries may throw, for want of memory for instance.
    backstay::host::complain(problem.what());
    return backstay::host::usage;
  }
}
