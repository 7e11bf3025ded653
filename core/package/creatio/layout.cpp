#include "core/package/creatio/layout.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "core/base/json.hpp"
#include "core/base/sorting.hpp"
#include "core/package/member_name.hpp"

namespace backstay::creatio {
namespace {

constexpr std::array<std::string_view, 7> element_folders = {"assemblies", "bin", "data", "files", "resources", "schemas", "sqlscripts"};
// These three hold a descriptor.json per element, which must not be taken for one of a package.
constexpr std::array<std::string_view, 3> described_folders = {"data", "schemas", "sqlscripts"};

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view other) { return same_name(name, other); });
}

std::string_view parent_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}
std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool lies_in(std::string_view path, std::string_view folder) {
  return folder.empty() || (path.size() > folder.size() && path[folder.size()] == '/' && path.starts_with(folder));
}

// Folders that hold one of the described element folders: they look like a package.
std::set<std::string_view> folders_with_elements(const std::vector<std::string_view>& paths) {
  std::set<std::string_view> found;
  std::string_view last_folder;
  for (const std::string_view path : paths) {
    const std::string_view folder = parent_of(path);
    if (folder == last_folder && !folder.empty()) continue;  // files of one folder come together
    last_folder = folder;
    std::size_t start = 0;
    for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', start)) {
      if (is_one_of(path.substr(start, slash - start), described_folders)) found.insert(start == 0 ? std::string_view() : path.substr(0, start - 1));
      start = slash + 1;
    }
  }
  return found;
}

// Digits compare as numbers: 7.12.1 is newer than 7.8.0.
bool older_version(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const std::size_t digits_a = std::min(a.find_first_not_of("0123456789"), a.size());
    const std::size_t digits_b = std::min(b.find_first_not_of("0123456789"), b.size());
    if (digits_a > 0 && digits_b > 0) {
      std::string_view x = a.substr(0, digits_a), y = b.substr(0, digits_b);
      x.remove_prefix(std::min(x.find_first_not_of('0'), x.size()));
      y.remove_prefix(std::min(y.find_first_not_of('0'), y.size()));
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
      a.remove_prefix(digits_a);
      b.remove_prefix(digits_b);
      continue;
    }
    if (a[0] != b[0]) return a[0] < b[0];
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  return a.size() < b.size();
}

// All paths begin with this folder: an archive of a repository has one around everything.
std::string_view common_folder(const std::vector<std::string_view>& paths) {
  if (paths.empty()) return {};
  const std::string_view first = paths.front().substr(0, std::min(paths.front().find('/'), paths.front().size()));
  const bool all = std::all_of(paths.begin(), paths.end(), [&](std::string_view path) { return lies_in(path, first); });
  return all ? first : std::string_view();
}

class Finder {
 public:
  Finder(const std::vector<std::string_view>& paths, const IsPackageDescriptor& is_package) : paths_(paths), is_package_(is_package) {}

  Layout run() {
    find_roots();
    keep_newest_branches();
    keep_workspace();
    for (const std::string_view root : roots_) layout_.packages.push_back({.path = std::string(root), .name = std::string(name_of(root)), .files = {}});
    assign_files();
    layout_.is_workspace |= layout_.packages.size() > 1;
    return std::move(layout_);
  }

 private:
  void find_roots() {
    const std::set<std::string_view> with_elements = folders_with_elements(paths_);
    layout_.has_element_folders = !with_elements.empty();
    std::vector<std::pair<std::string_view, std::size_t>> candidates;
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      if (same_name(last_part(paths_[i]), "descriptor.json")) candidates.push_back({parent_of(paths_[i]), i});
    }
    // Outer folders first: what lies in a package belongs to it.
    sort_stably(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) {
      return a.first.size() != b.first.size() ? a.first.size() < b.first.size() : a.first < b.first;
    });
    for (const auto& [folder, index] : candidates) {
      if (in_a_root(folder)) continue;
      if (with_elements.count(folder) == 0) {
        if (is_one_of(last_part(parent_of(folder)), described_folders) && !folder.empty()) continue;
        if (!is_package_(index)) continue;
      }
      roots_.insert(folder);
    }
  }

  bool in_a_root(std::string_view folder) const {
    if (roots_.count("")) return true;
    for (std::size_t slash = folder.find('/'); slash != std::string_view::npos; slash = folder.find('/', slash + 1)) {
      if (roots_.count(folder.substr(0, slash))) return true;
    }
    return roots_.count(folder) > 0;
  }

  void keep_newest_branches() {
    std::map<std::string_view, std::string_view> newest;  // branches/ folder -> its newest version folder
    const std::set<std::string_view> all = roots_;
    for (const std::string_view root : all) {
      const std::string_view branches = parent_of(root);
      if (!same_name(last_part(branches), "branches")) continue;
      const auto [entry, first] = newest.try_emplace(branches, root);
      if (first) continue;
      const bool newer = older_version(last_part(entry->second), last_part(root));
      const std::string_view older = newer ? entry->second : root;
      if (newer) entry->second = root;
      layout_.older_branches.push_back(std::string(older));
      roots_.erase(older);
    }
  }

  void keep_workspace() {
    const std::string_view around = roots_.count("") ? std::string_view() : common_folder(paths_);
    const std::string direct = "packages", wrapped = std::string(around) + "/packages";
    const auto inside = [&](std::string_view root) { return is_below(root, direct) || (!around.empty() && is_below(root, wrapped)); };
    layout_.is_workspace = std::any_of(roots_.begin(), roots_.end(), inside);
    if (!layout_.is_workspace) return;
    for (auto root = roots_.begin(); root != roots_.end();) {
      if (inside(*root)) {
        ++root;
        continue;
      }
      layout_.skipped.push_back(std::string(*root));
      root = roots_.erase(root);
    }
  }

  static std::string_view name_of(std::string_view root) {
    const std::string_view above = parent_of(root);
    return same_name(last_part(above), "branches") ? last_part(parent_of(above)) : last_part(root);
  }

  void assign_files() {
    std::map<std::string_view, std::size_t> by_path;
    for (std::size_t i = 0; i < layout_.packages.size(); ++i) by_path[layout_.packages[i].path] = i;
    if (const auto all = by_path.find(std::string_view()); all != by_path.end()) {
      for (std::size_t i = 0; i < paths_.size(); ++i) layout_.packages[all->second].files.push_back(i);
      return;
    }
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      const std::string_view path = paths_[i];
      for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
        const auto owner = by_path.find(path.substr(0, slash));
        if (owner == by_path.end()) continue;
        layout_.packages[owner->second].files.push_back(i);
        break;
      }
    }
  }

  const std::vector<std::string_view>& paths_;
  const IsPackageDescriptor& is_package_;
  std::set<std::string_view> roots_;
  Layout layout_;
};

}  // namespace

Layout find_packages(const std::vector<std::string_view>& paths, const IsPackageDescriptor& is_package) {
  return Finder(paths, is_package).run();
}

bool is_package_descriptor(std::string_view text) {
  const auto parsed = parse_json(text, {}, {.max_depth = 64, .lenient = true});
  if (!parsed.ok()) return false;
  const JsonValue* descriptor = parsed.value().root.find("Descriptor");
  return descriptor && descriptor->text("Name") && !descriptor->find("ManagerName") && !descriptor->find("Columns");
}

}  // namespace backstay::creatio
