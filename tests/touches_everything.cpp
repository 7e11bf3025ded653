// The bad example for core_touches_nothing: one call of every kind that the core may not make.
// Compiled, never linked or run.
#include <pthread.h>
#include <zip.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <string>

extern "C" int sqlite3_open(const char* path, void** database);

void* work(void* argument) { return argument; }

int touches_everything(const char* path) {
  int sum = 0;
  std::FILE* file = std::fopen(path, "rb");
  std::ifstream stream(path);
  int error = 0;
  sum += file != nullptr && stream.good() && zip_open(path, ZIP_RDONLY, &error) != nullptr;
  sum += std::chrono::steady_clock::now().time_since_epoch().count() > std::time(nullptr);
  sum += std::getenv(path) != nullptr;
  std::printf("%d\n", sum);
  std::cout << sum;
  std::string word;
  std::cin >> word;
  pthread_t thread;
  sum += pthread_create(&thread, nullptr, work, nullptr);
  void* database = nullptr;
  return sum + sqlite3_open(word.c_str(), &database);
}
