// The maintenance lock as a file: while maintenance.json exists, a web front end serves its 503 page.
#pragma once

#include "native-plugin/fs/folder.hpp"
#include "native-plugin/services/services.hpp"

namespace backstay::plugin {

class MaintenanceFile final : public Maintenance {
 public:
  explicit MaintenanceFile(fs::Folder state) : state_(std::move(state)) {}
  std::string_view name() const override { return "file"; }
  Answered enter(std::string_view op_id, std::string_view json) override;
  Answered leave(std::string_view op_id, std::string_view json) override;
  Answered holder(std::string& op_id) override;

 private:
  fs::Folder state_;
};

}  // namespace backstay::plugin
