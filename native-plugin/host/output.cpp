#include "native-plugin/host/output.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/report/utf8.hpp"
#include "native-plugin/host/interrupt.hpp"

namespace backstay::host {
namespace {

Error system_error(const std::string& what) {
  return Error{ErrorCode::unreadable, {}, what + ": " + std::strerror(errno)};
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Result<Nothing> write_directly(const std::string& path, std::string_view bytes) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
  if (file < 0) return system_error("cannot write \"" + path + "\"");
  const bool ok = write_all(file, bytes);
  if (!ok) {
    const Error error = system_error("cannot write \"" + path + "\"");
    ::close(file);
    return error;
  }
  if (::close(file) != 0) return system_error("cannot write \"" + path + "\"");
  return Nothing{};
}

}  // namespace

Result<Nothing> write_stdout(std::string_view text) {
  if (!write_all(STDOUT_FILENO, text)) return system_error("cannot write the result to standard output");
  return Nothing{};
}

Result<Nothing> write_file(const std::string& path, std::string_view bytes) {
  struct stat known{};
  const bool exists = ::stat(path.c_str(), &known) == 0;
  if (exists && S_ISDIR(known.st_mode)) {
    errno = EISDIR;
    return system_error("cannot write \"" + path + "\"");
  }
  if (exists && !S_ISREG(known.st_mode)) return write_directly(path, bytes);

  const TemporaryFile temporary(path + ".XXXXXX");
  const int file = temporary.descriptor();
  if (file < 0) return system_error("cannot write \"" + path + "\"");
  const mode_t mask = ::umask(0);
  ::umask(mask);
  const bool ok = write_all(file, bytes) && ::fchmod(file, exists ? known.st_mode & 07777u : 0666u & ~mask) == 0 && ::fsync(file) == 0;
  if (!ok) {
    const Error error = system_error("cannot write \"" + path + "\"");
    ::close(file);
    ::unlink(temporary.path().c_str());
    return error;
  }
  if (::close(file) != 0 || ::rename(temporary.path().c_str(), path.c_str()) != 0) {
    const Error error = system_error("cannot write \"" + path + "\"");
    ::unlink(temporary.path().c_str());
    return error;
  }
  return Nothing{};
}

bool deliver(std::string_view text, const std::string& output) {
  const Result<Nothing> written = output.empty() || output == "-" ? write_stdout(text) : write_file(output, text);
  if (!written.ok()) complain(written.error().message);
  return written.ok();
}

void complain(std::string_view message) {
  const std::string line = "backstay: " + report::visible(message) + "\n";
  // Nothing can be done when even this fails.
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace backstay::host
