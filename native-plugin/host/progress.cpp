#include "native-plugin/host/progress.hpp"

#include <unistd.h>

#include <cstdio>

#include "core/report/utf8.hpp"

namespace backstay::host {
namespace {

constexpr std::size_t width = 78;

// Longer texts lose their middle: the beginning names the input, the end says how far.
std::string cut(const std::string& text) {
  std::string out;
  std::size_t used = 0;
  const std::size_t total = report::display_width(text);
  for (std::size_t i = 0; i < text.size();) {
    const report::CodePoint point = report::decode(text, i);
    const std::size_t at = used;
    used += static_cast<std::size_t>(report::width_of(point.value));
    const bool left_out = total > width && at >= 30 && at < 33 + (total - width);
    if (!left_out) out += text.substr(i, point.bytes);
    if (left_out && !out.ends_with("...")) out += "...";
    i += point.bytes;
  }
  return out;
}

}  // namespace

ProgressLine::ProgressLine(ProgressMode mode) {
  terminal_ = ::isatty(STDERR_FILENO) != 0;
  active_ = mode == ProgressMode::always || (mode == ProgressMode::automatic && terminal_);
  started_ = std::chrono::steady_clock::now();
  last_ = mode == ProgressMode::always ? started_ - std::chrono::seconds(1) : started_ + std::chrono::milliseconds(400);
}

void ProgressLine::show(const std::string& text) {
  if (!active_) return;
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  const std::string line = cut(report::visible(text));
  if (terminal_) {
    std::fprintf(stderr, "\r\x1b[K%s", line.c_str());
    std::fflush(stderr);
    shown_ = true;
  } else {
    std::fprintf(stderr, "%s\n", line.c_str());
  }
}

void ProgressLine::clear() {
  const std::lock_guard lock(mutex_);
  if (!shown_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  shown_ = false;
}

bool InputProgress::report(std::string_view what, std::uint64_t done, std::uint64_t total) {
  std::string text = input_ + ": " + std::string(what);
  if (total > 0) text += " " + std::to_string(done >= total ? 100 : done * 100 / total) + "%";
  line_.show(text);
  return true;
}

}  // namespace backstay::host
