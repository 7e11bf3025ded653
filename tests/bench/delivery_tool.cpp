// What whole_program.sh needs beside the command line itself:
//
//   delivery_tool make FILE MEGABYTES PACKAGES   writes a made-up delivery of that unpacked size
//   delivery_tool inflate FILE                   inflates it with libdeflate and nothing else
//   delivery_tool measure COMMAND ARGUMENT...    runs a command; prints its CPU time and largest memory
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/generated_delivery.hpp"

namespace {

using namespace backstay;

int make(const char* path, const char* megabytes, const char* packages) {
  test::DeliveryShape shape;
  shape.unpacked_bytes = std::strtoull(megabytes, nullptr, 10) << 20;
  shape.packages = std::strtoull(packages, nullptr, 10);
  if (shape.unpacked_bytes == 0 || shape.packages == 0) return 2;
  const std::string zip = test::make_delivery(shape);
  std::ofstream(path, std::ios::binary) << zip;
  std::printf("%.1f MB packed, %.1f MB unpacked, %zu packages\n", static_cast<double>(zip.size()) / 1e6,
              static_cast<double>(test::inflate_delivery(zip)) / 1e6, shape.packages);
  return 0;
}

int inflate(const char* path) {
  std::ifstream stream(path, std::ios::binary | std::ios::ate);
  std::string zip(static_cast<std::size_t>(stream.tellg()), '\0');
  stream.seekg(0);
  stream.read(zip.data(), static_cast<std::streamsize>(zip.size()));
  return test::inflate_delivery(zip) > 0 ? 0 : 1;
}

double milliseconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
}

int measure(char** command) {
  const pid_t child = fork();
  if (child == 0) {
    if (!std::freopen("/dev/null", "w", stdout)) _exit(127);
    execvp(command[0], command);
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  if (child < 0 || wait4(child, &status, 0, &usage) != child) return 1;
  std::printf("%.0f %.1f %d\n", milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime),
              static_cast<double>(usage.ru_maxrss) / 1024, WIFEXITED(status) ? WEXITSTATUS(status) : 128);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "make" && argc == 5) return make(argv[2], argv[3], argv[4]);
  if (what == "inflate" && argc == 3) return inflate(argv[2]);
  if (what == "measure" && argc > 2) return measure(argv + 2);
  std::fprintf(stderr, "usage: delivery_tool make FILE MEGABYTES PACKAGES | inflate FILE | measure COMMAND...\n");
  return 2;
}
