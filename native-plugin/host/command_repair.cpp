// backstay repair: edits of dependency lists that make a model orderable, shown or made.
#include <filesystem>
#include <memory>

#include "core/preflight.hpp"
#include "native-plugin/host/check.hpp"
#include "native-plugin/host/commands.hpp"
#include "native-plugin/host/exit_code.hpp"
#include "native-plugin/host/inputs.hpp"
#include "native-plugin/host/model_files.hpp"
#include "native-plugin/host/output.hpp"

namespace backstay::host {
namespace {

namespace fs = std::filesystem;

struct RepairOptions {
  CheckingOptions checking;
  std::vector<std::string> paths;
  bool write = false, no_backup = false;
};

struct Looked {
  deploy::Order order;
  bool readable = true, known_active = true;
};

Looked look_at(const Input& input, const PreflightOptions& options) {
  CheckedInput checked = check_input(input, options, nullptr);
  std::vector<CheckedInput> inputs;
  inputs.push_back(std::move(checked));
  report::Report report = join(std::move(inputs), options);
  if (report.unreadable_input) tell_unreadable(report);
  return {std::move(report.order), !report.unreadable_input, !tell_unknown_active(report.findings)};
}

// The first repair, made in the folder. False when it could not be; the reason is told.
bool make_first(const OpenedInput& opened, const std::map<std::string, FileStamp>& stamps, const PreflightOptions& options, bool keep_backup,
                report::RepairedInput& repaired) {
  const auto refuse = [&](const Error& error) {
    complain(with_place(error));
    return false;
  };
  const Result<std::vector<ChangedFile>> changed = change_files(opened.input, repaired.order.repairs.front(), stamps, options.limits);
  if (!changed.ok()) return refuse(changed.error());
  // Once more from the bytes, before anything is written: the edits were proved on what was read from them.
  const Looked proof = look_at(with_changes(opened.input, changed.value()), options);
  if (!proof.readable || deploy::has_no_order(proof.order)) {
    return refuse({ErrorCode::malformed, {.file = opened.input.path}, "would still have no order with the edits made; nothing was written"});
  }
  Result<std::vector<report::RepairedInput::Written>> written = write_changes(changed.value(), stamps, keep_backup);
  if (!written.ok()) return refuse(written.error());
  // And from the disk.
  const OpenedInput again = open_input(opened.input.path, options.limits);
  if (!again.usable || deploy::has_no_order(look_at(again.input, options).order)) {
    return refuse({ErrorCode::malformed, {.file = opened.input.path}, "was edited, and still has no order: something else changed it meanwhile"});
  }
  repaired.written = std::move(written.value());
  return true;
}

// The exit code of one path; `repaired` gets what there is to say.
int repair_path(const std::string& path, const RepairOptions& options, const Resolved& resolved, std::vector<report::RepairedInput>& repaired) {
  const PreflightOptions& preflight = resolved.settings.preflight;
  const OpenedInput opened = open_input(path, preflight.limits);
  tell_unreadable(opened.findings);
  if (!opened.usable) return unreadable;
  const std::map<std::string, FileStamp> stamps = stamp_files(opened.input);
  Looked found = look_at(opened.input, preflight);
  if (!found.known_active) return usage;
  report::RepairedInput made;
  made.path = path;
  made.order = std::move(found.order);
  bool is_orderable = !deploy::has_no_order(made.order);
  const bool complete = found.readable && !opened.incomplete;
  if (!is_orderable && options.write && !made.order.repairs.empty()) {
    // What could not be read may hold the versions that matter.
    if (!complete) complain("\"" + path + "\" could not be read completely; nothing was written");
    else is_orderable = make_first(opened, stamps, preflight, !options.no_backup, made);
  }
  repaired.push_back(std::move(made));
  return !complete ? unreadable : is_orderable ? done : findings;
}

int repair_paths(const RepairOptions& options, const Resolved& resolved) {
  std::error_code ignored;
  for (const std::string& path : options.paths) {
    if (!options.write || (path != "-" && (!fs::exists(path, ignored) || fs::is_directory(path, ignored)))) continue;
    complain("\"" + path + "\" is no folder; repair --write edits the files of a model folder, so unpack it first");
    return usage;
  }
  int code = done;
  std::vector<report::RepairedInput> repaired;
  for (const std::string& path : options.paths) code = std::max(code, repair_path(path, options, resolved, repaired));
  if (!repaired.empty() && !deliver(report::write_repairs(repaired, resolved.format, resolved.write), resolved.output)) return usage;
  return code;
}

}  // namespace

Action add_repair(CLI::App& app) {
  CLI::App* command = app.add_subcommand("repair", "Edits of dependency lists that give an ORIGAM model an order");
  const auto options = std::make_shared<RepairOptions>();
  command->add_option("PATH", options->paths, "an ORIGAM model, folder or zip")->required()->option_text("...");
  command->add_flag("--write", options->write, "make the first proposal in the files of a model folder;\nno byte but those of the numbers changes");
  command->add_flag("--no-backup", options->no_backup, "do not keep the old file as FILE.bak");
  add_checking_options(*command, options->checking);
  return [options] {
    std::optional<Resolved> resolved = resolve(options->checking);
    if (!resolved) return static_cast<int>(usage);
    if (!can_write("repair", resolved->format, {"text", "json"})) return static_cast<int>(usage);
    if (options->no_backup && !options->write) {
      complain("--no-backup goes with --write");
      return static_cast<int>(usage);
    }
    resolved->settings.preflight.check_scripts = false;
    return repair_paths(*options, *resolved);
  };
}

}  // namespace backstay::host
