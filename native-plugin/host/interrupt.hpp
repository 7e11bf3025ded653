// Ctrl-C ends the program at once with code 7, and leaves no half-written file.
#pragma once

#include <string>

namespace backstay::host {

// Installs the handlers; a closed pipe becomes a write error instead of a silent end.
void handle_interrupts();

// Names a file that an interrupt has to remove while this object lives. One at a time.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& path);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
};

// While this lives an interrupt only makes interrupted() true: for work that has to tidy up several
// files, and looks often.
class DeferInterrupts {
 public:
  DeferInterrupts();
  ~DeferInterrupts();  // ends the program with code 7 when an interrupt came in between
  DeferInterrupts(const DeferInterrupts&) = delete;
  DeferInterrupts& operator=(const DeferInterrupts&) = delete;
};
bool was_interrupted();

}  // namespace backstay::host
