// Ctrl-C ends the program at once with code 7, and leaves no half-written file.
#pragma once

#include <string>

namespace backstay::host {

// Installs the handlers; a closed pipe becomes a write error instead of a silent end.
void handle_interrupts();

// A new file beside the one it will become, which an interrupt removes as long as this object lives.
// One at a time, and only while no other thread runs.
class TemporaryFile {
 public:
  // `path` ends in XXXXXX, which is replaced (mkstemp). descriptor() is -1 when it could not be made.
  explicit TemporaryFile(std::string path);
  ~TemporaryFile();  // neither closes nor removes it
  int descriptor() const { return descriptor_; }
  const std::string& path() const { return path_; }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

 private:
  std::string path_;
  int descriptor_ = -1;
};

// While this lives an interrupt only makes interrupted() true: for work that has to tidy up several
// files, and looks often.
class DeferInterrupts {
 public:
  DeferInterrupts();
  ~DeferInterrupts();  // ends the program with code 7 when an interrupt came in between
  // For work that was told of the interrupt and says itself how it ended: the program goes on then.
  void forget();
  DeferInterrupts(const DeferInterrupts&) = delete;
  DeferInterrupts& operator=(const DeferInterrupts&) = delete;
};
bool was_interrupted();

}  // namespace backstay::host
