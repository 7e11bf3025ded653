#include "native-plugin/host/interrupt.hpp"

#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "native-plugin/host/exit_code.hpp"

namespace backstay::host {
namespace {

// A handler may only touch what is lock-free and what it may call; hence plain arrays and flags.
char temporary_path[PATH_MAX];
std::atomic<bool> has_temporary{false};
std::atomic<bool> deferred{false};
std::atomic<bool> came{false};
static_assert(std::atomic<bool>::is_always_lock_free);

extern "C" void on_interrupt(int) {
  came = true;
  if (deferred) return;
  if (has_temporary) ::unlink(temporary_path);
  // The progress line, if there is one, stays; the next prompt starts on its own line.
  if (::isatty(STDERR_FILENO)) {
    const ssize_t ignored = ::write(STDERR_FILENO, "\n", 1);
    static_cast<void>(ignored);
  }
  ::_exit(interrupted);
}

}  // namespace

void handle_interrupts() {
  struct sigaction action{};
  action.sa_handler = on_interrupt;
  ::sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before{};
    // Started with the signal ignored (nohup, a background job of a script): it stays ignored.
    if (::sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
    ::sigaction(signal, &action, nullptr);
  }
  ::signal(SIGPIPE, SIG_IGN);
}

TemporaryFile::TemporaryFile(std::string path) : path_(std::move(path)) {
  // No interrupt may fall between the file and its name being known to the handler.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  descriptor_ = ::mkstemp(path_.data());
  if (descriptor_ >= 0 && path_.size() < sizeof temporary_path) {
    std::memcpy(temporary_path, path_.c_str(), path_.size() + 1);
    has_temporary = true;
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TemporaryFile::~TemporaryFile() { has_temporary = false; }

DeferInterrupts::DeferInterrupts() { deferred = true; }

DeferInterrupts::~DeferInterrupts() {
  deferred = false;
  if (came) ::_exit(interrupted);
}

void DeferInterrupts::forget() { came = false; }

bool was_interrupted() { return came; }

}  // namespace backstay::host
