#include "core/package/origam/several_models.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace backstay::origam {
namespace {

std::string_view last_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view without_last(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

}  // namespace

std::vector<OtherModel> other_models(const std::vector<PackagePlace>& packages) {
  std::vector<OtherModel> others;
  std::unordered_map<std::string_view, std::string_view> folder_of;
  for (const PackagePlace& package : packages) {
    if (is_below(package.folder, others)) continue;
    const auto [known, is_new] = folder_of.try_emplace(package.id, package.folder);
    if (is_new) continue;
    std::string_view kept = known->second, left = package.folder;
    if (is_below(kept, others)) {
      known->second = package.folder;
      continue;
    }
    if (left.empty() || last_of(kept) != last_of(left)) continue;
    while (!kept.empty() && !left.empty() && last_of(kept) == last_of(left)) {
      kept = without_last(kept);
      left = without_last(left);
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
