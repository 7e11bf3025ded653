// Files of a model folder that a repair changes: none is touched unless all can be changed, and none that
// somebody else has changed meanwhile.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/limits.hpp"
#include "core/base/result.hpp"
#include "core/deploy/order.hpp"
#include "core/report/report.hpp"
#include "native-plugin/host/inputs.hpp"

namespace backstay::host {

// What tells whether a file is still the one that was read.
struct FileStamp {
  std::uint64_t device = 0, inode = 0, bytes = 0;
  std::int64_t modified_ns = 0, changed_ns = 0;
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

// Stamps of all version files of a folder input; taken before they are read.
std::map<std::string, FileStamp> stamp_files(const Input& input);

// One file, before and after.
struct ChangedFile {
  std::string file;           // inside the input
  std::string path;           // on this machine, links resolved
  std::string before, after;  // all bytes
};

// The edits of a repair made in memory, by make_repair. Errors: its own, unreadable; malformed
// when a file is not the one of `stamps`.
Result<std::vector<ChangedFile>> change_files(const Input& input, const deploy::Repair& repair,
                                              const std::map<std::string, FileStamp>& stamps, const Limits& limits);

// `input` with the changed files in place of the stored ones.
Input with_changes(const Input& input, const std::vector<ChangedFile>& files);

// Writes them one by one, each complete or not at all, with the old bytes beside it as FILE.bak when
// `keep_backup`. When one cannot be written, those before it get their old bytes back. Errors: unreadable
// with the reason; malformed when a file was changed since `stamps`; unsafe when a FILE.bak is there already.
Result<std::vector<report::RepairedInput::Written>> write_changes(const std::vector<ChangedFile>& files,
                                                                   const std::map<std::string, FileStamp>& stamps, bool keep_backup);

}  // namespace backstay::host
