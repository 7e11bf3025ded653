// backstay snapshot: what a system has, as check, order and plan take it.
#include <memory>

#include "native-plugin/host/commands.hpp"
#include "native-plugin/host/exit_code.hpp"
#include "native-plugin/host/output.hpp"
#include "native-plugin/host/target_options.hpp"

namespace backstay::host {
namespace {

// The description is a document for programs; people read it as it is.
std::string as_it_is(std::string_view document) { return std::string(document); }

}  // namespace

Action add_snapshot(CLI::App& app) {
  CLI::App* command = app.add_subcommand("snapshot", "The environment description that check, order and plan take");
  const auto options = std::make_shared<TargetOptions>();
  add_target_options(*command, *options, Needs::database);
  return [options] {
    const TemporaryState state;
    if (options->store.empty()) options->store = state.path();
    const Result<PluginCall> call = plugin_call(*options);
    if (!call.ok()) {
      complain(call.error().message);
      return static_cast<int>(usage);
    }
    return deliver_answer(run_operation(call.value(), BACKSTAY_OP_INSPECT, "{}"), *options, as_it_is);
  };
}

}  // namespace backstay::host
