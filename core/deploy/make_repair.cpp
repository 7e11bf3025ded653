#include "core/deploy/make_repair.hpp"

#include <algorithm>

#include "core/base/sorting.hpp"
#include "core/package/origam/edit_dependency.hpp"

namespace backstay::deploy {
namespace {

struct LineChange {
  std::string file;
  origam::DependencyEdit change;
};

// Each list from its end up, so that a line that goes does not move the others.
std::vector<LineChange> changes_of(const Repair& repair) {
  std::vector<LineChange> changes;
  for (const RepairEdit& edit : repair.edits) {
    for (const RepairEdit::Line& line : edit.lines) {
      LineChange made{edit.file, {edit.version_id, line.entry, edit.dependency_id, line.from, std::nullopt}};
      if (!edit.to.empty()) made.change.to = edit.to;
      changes.push_back(std::move(made));
    }
  }
  sort_stably(changes.begin(), changes.end(), [](const LineChange& a, const LineChange& b) { return a.change.entry > b.change.entry; });
  return changes;
}

}  // namespace

Result<std::vector<RepairedFile>> make_repair(const Repair& repair, const ReadFile& read, const Limits& limits) {
  std::vector<RepairedFile> files;
  for (const LineChange& line : changes_of(repair)) {
    auto at = std::find_if(files.begin(), files.end(), [&](const RepairedFile& changed) { return changed.file == line.file; });
    if (at == files.end()) {
      Result<std::string> bytes = read(line.file);
      if (!bytes.ok()) return bytes.error();
      files.push_back({line.file, bytes.value(), bytes.value()});
      at = files.end() - 1;
    }
    Result<origam::EditedFile> made = origam::edit_dependency(at->after, line.file, line.change, limits);
    if (!made.ok()) return made.error();
    at->after = std::move(made.value().bytes);
  }
  return files;
}

}  // namespace backstay::deploy
