#include "tests/crash/cutting_proxy.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace backstay::crash {
namespace {

volatile sig_atomic_t is_over = 0;

std::string parameter(const std::string& url, const std::string& name) {
  const std::size_t at = url.find(name + "=");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 1;
  return url.substr(begin, url.find('&', begin) - begin);
}

sockaddr_un address(const std::string& path) {
  sockaddr_un to = {};
  to.sun_family = AF_UNIX;
  std::strncpy(to.sun_path, path.c_str(), sizeof to.sun_path - 1);
  return to;
}

struct Pair {
  int client, server;
};

// Moves what is there; false when one side is gone, or `left` is used up: then exactly so many bytes went through.
bool pump(int from, int to, std::uint64_t& left, std::uint64_t& passed) {
  char block[8192];
  const ssize_t got = read(from, block, sizeof block);
  if (got <= 0) return false;
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(static_cast<std::uint64_t>(got), left));
  for (std::size_t done = 0; done < size;) {
    const ssize_t put = send(to, block + done, size - done, MSG_NOSIGNAL);
    if (put <= 0) return false;
    done += static_cast<std::size_t>(put);
  }
  left -= size;
  passed += size;
  return left > 0;
}

[[noreturn]] void serve(int listener, const std::string& server_path, Cut cut, int counts) {
  std::vector<Pair> pairs;
  Cut passed{0, 0};
  bool is_cut = false;
  while (!is_over) {
    std::vector<pollfd> watched = {{listener, POLLIN, 0}};
    for (const Pair& pair : pairs) {
      watched.push_back({pair.client, POLLIN, 0});
      watched.push_back({pair.server, POLLIN, 0});
    }
    if (poll(watched.data(), watched.size(), 100) <= 0) continue;
    std::vector<Pair> left;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      bool goes_on = !is_cut;
      if (goes_on && (watched[1 + 2 * i].revents & (POLLIN | POLLHUP))) goes_on = pump(pairs[i].client, pairs[i].server, cut.to_server, passed.to_server);
      if (goes_on && (watched[2 + 2 * i].revents & (POLLIN | POLLHUP))) goes_on = pump(pairs[i].server, pairs[i].client, cut.to_client, passed.to_client);
      is_cut |= cut.to_server == 0 || cut.to_client == 0;
      if (goes_on && !is_cut) {
        left.push_back(pairs[i]);
        continue;
      }
      close(pairs[i].client);
      close(pairs[i].server);
    }
    if (watched[0].revents & POLLIN) {
      const int client = accept(listener, nullptr, nullptr);
      const int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
      const sockaddr_un to = address(server_path);
      if (is_cut || connect(server, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
        close(client);
        close(server);
      } else {
        left.push_back({client, server});
      }
    }
    pairs = std::move(left);
  }
  (void)!write(counts, &passed, sizeof passed);
  _exit(0);
}

}  // namespace

CuttingProxy::CuttingProxy(const std::string& url, const std::string& folder, Cut cut) {
  const std::string host = parameter(url, "host"), port = parameter(url, "port");
  const std::string name = "/.s.PGSQL." + (port.empty() ? "5432" : port);
  url_ = url;
  url_.replace(url_.find(host), host.size(), folder);
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un at = address(folder + name);
  unlink(at.sun_path);
  int ends[2];
  if (bind(listener, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 || listen(listener, 8) != 0 || pipe(ends) != 0) {
    perror("cutting proxy");
    std::exit(2);
  }
  process_ = fork();
  if (process_ == 0) {
    signal(SIGTERM, [](int) { is_over = 1; });
    close(ends[0]);
    serve(listener, host + name, cut, ends[1]);
  }
  close(listener);
  close(ends[1]);
  counts_ = ends[0];
}

Cut CuttingProxy::passed() {
  Cut passed{0, 0};
  if (process_ < 0) return passed;
  kill(process_, SIGTERM);
  (void)!read(counts_, &passed, sizeof passed);
  waitpid(process_, nullptr, 0);
  close(counts_);
  process_ = -1;
  return passed;
}

CuttingProxy::~CuttingProxy() { (void)passed(); }

}  // namespace backstay::crash
