// The commands of the program. Each adds itself to the command line and gives its exit code.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <string>
#include <vector>

namespace backstay::host {

// Runs after the command line was understood; returns the exit code.
using Action = std::function<int()>;

Action add_check(CLI::App& app);
Action add_order(CLI::App& app);
Action add_repair(CLI::App& app);
Action add_plan(CLI::App& app);
Action add_statements(CLI::App& app);
Action add_reverse(CLI::App& app);
Action add_batch(CLI::App& app);
Action add_rules(CLI::App& app);
Action add_pack(CLI::App& app);
Action add_unpack(CLI::App& app);
// These load the plugin.
Action add_apply(CLI::App& app);
Action add_rehearse(CLI::App& app);
Action add_restore(CLI::App& app);
Action add_recover(CLI::App& app);
Action add_backups(CLI::App& app);
Action add_snapshot(CLI::App& app);

}  // namespace backstay::host
