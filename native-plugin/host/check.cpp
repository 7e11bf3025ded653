#include "native-plugin/host/check.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <system_error>
#include <thread>

#include "core/preflight.hpp"
#include "native-plugin/host/exit_code.hpp"
#include "native-plugin/host/inputs.hpp"
#include "native-plugin/host/output.hpp"
#include "native-plugin/host/sha256.hpp"

namespace backstay::host {
namespace {

struct Checked {
  CheckedInput input;
  bool incomplete = false;
};

CheckedInput check_opened(OpenedInput& opened, const PreflightOptions& options, Progress& progress) {
  if (!opened.usable) {
    CheckedInput checked;
    checked.entry.path = opened.input.path;
    return checked;
  }
  if (opened.input.is_folder) return check_input(opened.input, options, &progress);
  // Reading the bytes a second time for the digest costs less than keeping them, and can go on beside
  // the check where there is a second processor.
  const std::launch beside = std::thread::hardware_concurrency() > 1 ? std::launch::async : std::launch::deferred;
  const std::shared_ptr<const ByteSource> bytes = opened.input.files.front().bytes;
  std::future<std::string> digest = std::async(beside, [bytes] { return sha256_of(*bytes); });
  CheckedInput checked = check_input(opened.input, options, &progress);
  checked.entry.sha256 = digest.get();
  return checked;
}

Checked check_path(const std::string& path, const PreflightOptions& options, ProgressLine& line) {
  OpenedInput opened = open_input(path, options.limits);
  InputProgress progress(line, path);
  Checked checked;
  checked.input = check_opened(opened, options, progress);
  checked.incomplete = opened.incomplete;
  checked.input.findings.insert(checked.input.findings.begin(), std::make_move_iterator(opened.findings.begin()),
                                std::make_move_iterator(opened.findings.end()));
  return checked;
}

}  // namespace

report::Report check_paths(const std::vector<std::string>& given, const Resolved& resolved) {
  const auto started = std::chrono::steady_clock::now();
  const PreflightOptions& options = resolved.settings.preflight;
  ProgressLine line(resolved.progress);
  std::vector<std::string> paths = given;
  paths.insert(paths.end(), resolved.previous.begin(), resolved.previous.end());
  std::vector<Checked> results(paths.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < paths.size(); i = next++) results[i] = check_path(paths[i], options, line);
  };
  std::vector<std::thread> others;
  try {
    for (std::size_t i = 1; i < std::min<std::size_t>(resolved.jobs, paths.size()); ++i) others.emplace_back(work);
  } catch (const std::system_error&) {  // no more threads: those there are do the work
  }
  work();
  for (std::thread& thread : others) thread.join();

  bool incomplete = false;
  std::vector<CheckedInput> inputs, previous;
  for (Checked& result : results) {
    incomplete |= result.incomplete;
    (inputs.size() < given.size() ? inputs : previous).push_back(std::move(result.input));
  }
  report::Report report = join(std::move(inputs), options, std::move(previous));
  report.unreadable_input |= incomplete;
  report.summary.milliseconds = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started).count());
  return report;
}

bool tell_unknown_active(const Findings& findings) {
  for (const Finding& finding : findings) {
    if (finding.rule != "order/unknown-active-package") continue;
    complain("--active: " + finding.message);
    return true;
  }
  return false;
}

void tell_unreadable(const Findings& findings) {
  for (const Finding& finding : findings) {
    const bool is_reading = finding.rule.starts_with("archive/") && finding.severity == Severity::error;
    if (is_reading) complain(with_place({ErrorCode::unreadable, finding.at, finding.message}));
  }
}

void tell_unreadable(const report::Report& report) {
  Findings named = report.findings;
  for (Finding& finding : named) {
    const report::Location location = report::location_of(report, finding);
    finding.at.file = location.inside.empty() ? location.path : location.path + " > " + location.inside;
  }
  tell_unreadable(named);
}

int exit_code_of(const report::Report& report, FailOn fail_on) {
  if (report.unreadable_input) return unreadable;
  return deploy::has_no_order(report.order) || fails(report.findings, fail_on) ? findings : done;
}

}  // namespace backstay::host
