// Where the packages lie among the files of a folder or a zip (layout.md): a package folder itself,
// `branches/<version>`, the `packages/` of a workspace, or several side by side.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace backstay::creatio {

struct PackageFolder {
  std::string path;          // below which its files lie: "" or "packages/UsrCalls"
  std::string name;          // the folder named after the package; "" when that is the input itself
  std::vector<std::size_t> files;  // indices into the paths given
};

struct Layout {
  std::vector<PackageFolder> packages;  // by path
  std::vector<std::string> skipped;     // package folders beside a workspace's packages/
  std::vector<std::string> older_branches;  // other versions below a branches/ folder
  bool is_workspace = false;            // they lie in packages/, or there are several
  bool has_element_folders = false;     // Schemas/, SqlScripts/... were seen, with or without a descriptor
};

// Whether the descriptor.json at this index names a package. Asked only for folders that hold nothing
// else which a package has.
using IsPackageDescriptor = std::function<bool(std::size_t index)>;

// `paths` are in normalised form (member_name.hpp); letter case of the known names does not matter.
Layout find_packages(const std::vector<std::string_view>& paths, const IsPackageDescriptor& is_package);

// Whether the JSON text is the descriptor of a package and not that of a schema or binding.
bool is_package_descriptor(std::string_view text);

}  // namespace backstay::creatio
