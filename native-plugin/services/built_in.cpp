#include "native-plugin/services/built_in.hpp"

#include <sys/random.h>
#include <time.h>

#include <cerrno>

#include "native-plugin/services/job_files.hpp"
#include "native-plugin/services/maintenance_file.hpp"

namespace backstay::plugin {
namespace {

class SilentLog final : public Log {
 public:
  void log(LogLevel, std::string_view, std::string_view) override {}
  void progress(std::string_view, std::uint64_t, std::uint64_t, std::string_view) override {}
};

std::int64_t milliseconds(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

class SystemClock final : public Clock {
 public:
  std::int64_t now_ms() override { return milliseconds(CLOCK_REALTIME); }
  std::int64_t monotonic_ms() override { return milliseconds(CLOCK_MONOTONIC); }
  Answered random(void* out, std::size_t size) override {
    auto* at = static_cast<unsigned char*>(out);
    while (size > 0) {
      const ssize_t got = ::getrandom(at, size, 0);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return {BACKSTAY_E_IO, "the system gives no random bytes"};
      at += got;
      size -= static_cast<std::size_t>(got);
    }
    return {};
  }
};

}  // namespace

std::unique_ptr<Clock> system_clock() { return std::make_unique<SystemClock>(); }
std::unique_ptr<Log> silent_log() { return std::make_unique<SilentLog>(); }

Result<Nothing> add_built_ins(Services& services, const fs::Folder& state) {
  if (!services.log) services.log = silent_log();
  if (!services.clock) services.clock = system_clock();
  if (!services.jobs) {
    Result<fs::Folder> folder = state.reopen();
    if (!folder.ok()) return folder.error();
    services.jobs = std::make_unique<JobFiles>(std::move(folder.value()));
  }
  if (!services.maintenance) {
    Result<fs::Folder> folder = state.reopen();
    if (!folder.ok()) return folder.error();
    services.maintenance = std::make_unique<MaintenanceFile>(std::move(folder.value()));
  }
  return Nothing{};
}

}  // namespace backstay::plugin
