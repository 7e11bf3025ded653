#include "core/package/origam/several_models.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "core/base/path.hpp"

namespace backstay::origam {

std::vector<OtherModel> other_models(const std::vector<PackagePlace>& packages) {
  std::vector<OtherModel> others;
  std::unordered_map<std::string_view, std::string_view> folder_by_id;
  for (const PackagePlace& package : packages) {
    if (is_below(package.folder, others)) continue;
    const auto [known, is_new] = folder_by_id.try_emplace(package.id, package.folder);
    if (is_new) continue;
    std::string_view kept = known->second, left = package.folder;
    if (is_below(kept, others)) {
      known->second = package.folder;
      continue;
    }
    if (left.empty() || file_name(kept) != file_name(left)) continue;
    while (!kept.empty() && !left.empty() && file_name(kept) == file_name(left)) {
      kept = folder_of(kept);
      left = folder_of(left);
    }
    if (left.empty()) {
      std::swap(kept, left);
      known->second = package.folder;
    }
    others.push_back({std::string(left), std::string(kept), std::string(package.name)});
  }
  return others;
}

bool is_below(std::string_view path, const std::vector<OtherModel>& models) {
  return std::any_of(models.begin(), models.end(), [&](const OtherModel& model) {
    return path.size() > model.folder.size() && path.starts_with(model.folder) && path[model.folder.size()] == '/';
  });
}

}  // namespace backstay::origam
