// One line on standard error that says how far long work is.
#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "core/base/byte_source.hpp"

namespace backstay::host {

enum class ProgressMode { automatic, always, never };

// Shared by all workers. Shows at most ten lines a second: in place on a terminal, one below the other
// elsewhere. Nothing at all for work shorter than half a second.
class ProgressLine {
 public:
  explicit ProgressLine(ProgressMode mode);
  ~ProgressLine() { clear(); }
  void show(const std::string& text);
  void clear();

 private:
  std::mutex mutex_;
  bool active_ = false, terminal_ = false, shown_ = false;
  std::chrono::steady_clock::time_point started_, last_;
};

// What the core reports about one input, on the shared line.
class InputProgress final : public Progress {
 public:
  InputProgress(ProgressLine& line, std::string input) : line_(line), input_(std::move(input)) {}
  bool report(std::string_view what, std::uint64_t done, std::uint64_t total) override;

 private:
  ProgressLine& line_;
  std::string input_;
};

}  // namespace backstay::host
