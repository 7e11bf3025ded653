// More than one model in one folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace backstay::origam {

struct PackagePlace {
  std::string_view id, name, folder;
};

struct OtherModel {
  std::string folder;   // of the model to leave out
  std::string kept;     // of the one that is read; empty for the input itself
  std::string package;  // that both have
};

// A folder may hold a second model beside the first or inside it: a copy, an older state, another customer's. Read as one
// they would contradict each other in every package. Two folders of one package, "new/Root" and "old/Root", tell the
// models "new" and "old"; the first one is read, or the one around the other. A package that was merely copied, "Root" and
// "Root (2)", makes no model.
std::vector<OtherModel> other_models(const std::vector<PackagePlace>& packages);

// Whether a path lies below one of the folders.
bool is_below(std::string_view path, const std::vector<OtherModel>& models);

}  // namespace backstay::origam
