// Running jobs as marker files: jobs/*.json, {"kind": "import", "pid": 123, "table": "...", "started": "..."}.
#pragma once

#include "native-plugin/fs/folder.hpp"
#include "native-plugin/services/services.hpp"

namespace backstay::plugin {

class JobFiles final : public Jobs {
 public:
  explicit JobFiles(fs::Folder state) : state_(std::move(state)) {}
  std::string_view name() const override { return "files"; }
  // Without a folder jobs/ nobody reports jobs, so that `checked` stays false. A marker whose process is gone
  // is left out; one that names no process counts, and so does one that cannot be read: it may be a job.
  Answered running(std::vector<Job>& jobs, bool& checked) override;
  // jobs/hold exists while new jobs have to wait; only where there is a folder jobs/.
  Answered hold_new(bool hold) override;

 private:
  fs::Folder state_;
};

}  // namespace backstay::plugin
