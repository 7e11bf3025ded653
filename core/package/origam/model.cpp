#include "core/package/origam/model.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/base/path.hpp"
#include "core/base/sorting.hpp"
#include "core/deploy/version_number.hpp"
#include "core/package/origam/activity_checks.hpp"
#include "core/package/origam/deployment_version.hpp"
#include "core/package/origam/package_file.hpp"
#include "core/package/origam/package_list.hpp"
#include "core/package/origam/several_models.hpp"

namespace backstay::origam {
namespace {

// The list of every package is made, so work grows with the square of their number; real models have 14.
constexpr std::size_t max_packages = 2'000;

bool is_item(std::string_view path) { return path.ends_with(".origam"); }

// Reads one model; lives for one call of read_origam_model.
class ModelReader {
 public:
  ModelReader(const Input& input, const Limits& limits, Progress* progress)
      : input_(input), limits_(limits), progress_(progress) {}
  Result<PackageSet> read();

 private:
  struct Version {
    VersionRecord record;
    std::size_t package;
  };

  struct PackageRead {
    PackageFile read;
    std::string folder;
  };

  void index_files();
  void read_packages();
  void take_package(PackageRead&& read);
  void read_group_references();
  void read_versions();
  void read_items(const InputFile& file, std::string_view text);
  std::optional<std::size_t> owner_of(std::string_view path);
  void attach_loose();
  void add_versions();
  FileRestore file_restore(const Package& package, const DeploymentVersion& version, const Activity& activity);
  void add_script(Package& package, const DeploymentVersion& version, const Activity& activity);
  std::optional<std::string> command_text(const Package& package, const DeploymentVersion& version,
                                          const Activity& activity, std::string& file);
  void note_unreferenced_texts();
  void count_files();
  void resolve_names();
  void arrange();
  bool step(std::string_view path, std::uint64_t bytes);
  std::optional<std::string> bytes_of(const InputFile& file);
  void fail(const Error& error);
  Finding& add(std::string rule, Severity severity, const SourcePos& at, std::string package, std::string message);

  const Input& input_;
  const Limits& limits_;
  Progress* progress_;
  std::uint64_t done_ = 0, total_ = 0;
  std::vector<const InputFile*> files_;                               // by path
  std::unordered_map<std::string_view, const InputFile*> by_path_;
  std::vector<OtherModel> other_models_;                              // that are not read
  std::unordered_map<std::string, std::size_t> package_of_folder_;    // folders with a package file
  std::unordered_map<std::string, std::string> referenced_owner_;     // folders with a group reference
  std::unordered_map<std::string, std::size_t> package_by_id_;
  std::vector<Package> packages_;
  std::vector<Version> versions_;
  std::vector<std::pair<Activity, std::string>> loose_;               // with the file they stand in
  std::unordered_set<std::string_view> used_texts_;
  PackageSet set_;
  std::optional<Error> first_error_;
  bool cancelled_ = false;
};

Finding& ModelReader::add(std::string rule, Severity severity, const SourcePos& at, std::string package, std::string message) {
  Finding finding;
  finding.rule = std::move(rule);
  finding.severity = severity;
  finding.at = at;
  finding.package = std::move(package);
  finding.message = std::move(message);
  set_.findings.push_back(std::move(finding));
  return set_.findings.back();
}

void ModelReader::fail(const Error& error) {
  add(std::string(error_rule(error.code)), Severity::error, error.at, "", error.message);
  set_.has_unreadable_part = true;
  if (!first_error_) first_error_ = error;
}

// False when the host wants to stop.
bool ModelReader::step(std::string_view path, std::uint64_t bytes) {
  if (progress_ && !progress_->report("reading " + std::string(file_name(path)), done_, total_)) {
    cancelled_ = true;
    return false;
  }
  done_ += bytes;
  return true;
}

std::optional<std::string> ModelReader::bytes_of(const InputFile& file) {
  auto text = read_all(*file.bytes, file.path, limits_.max_text_file_bytes);
  if (text.ok()) return std::move(text.value());
  fail(text.error());
  return std::nullopt;
}

void ModelReader::index_files() {
  for (const InputFile& file : input_.files) {
    files_.push_back(&file);
    total_ += file.bytes->size();
  }
  sort_stably(files_.begin(), files_.end(), [](const InputFile* a, const InputFile* b) { return a->path < b->path; });
  for (const InputFile* file : files_) by_path_.try_emplace(file->path, file);
  set_.bytes = total_;
}

void ModelReader::read_packages() {
  std::vector<PackageRead> found;
  for (const InputFile* file : files_) {
    if (file_name(file->path) != ".origamPackage") continue;
    if (!step(file->path, file->bytes->size())) return;
    const auto bytes = bytes_of(*file);
    if (!bytes) continue;
    auto read = read_package_file(*bytes, file->path, limits_);
    if (!read.ok()) {
      fail(read.error());
      continue;
    }
    if (found.size() == max_packages) {
      fail(Error{ErrorCode::limit_exceeded, read.value().package.at, "more than " + std::to_string(max_packages) + " packages"});
      break;
    }
    found.push_back({std::move(read.value()), std::string(folder_of(file->path))});
  }
  std::vector<PackagePlace> places;
  for (const PackageRead& one : found) places.push_back({one.read.package.id, one.read.package.name, one.folder});
  other_models_ = other_models(places);
  for (const OtherModel& other : other_models_) {
    add("archive/several-models", Severity::error, {.file = other.folder}, "",
        "\"" + other.folder + "\" is a model of its own and was not read: package " + other.package + " is there and in \"" +
            (other.kept.empty() ? "." : other.kept) + "\"")
        .remedy = "give each model as an input of its own";
    set_.has_unreadable_part = true;
  }
  for (PackageRead& one : found) {
    if (!is_below(one.folder, other_models_)) take_package(std::move(one));
  }
}

void ModelReader::take_package(PackageRead&& read) {
  Package& package = read.read.package;
  for (Finding& finding : read.read.findings) {
    finding.package = package.name;
    set_.findings.push_back(std::move(finding));
  }
  package.file = read.folder;
  const auto [known, is_new] = package_by_id_.try_emplace(package.id, packages_.size());
  package_of_folder_[package.file] = known->second;
  if (!is_new) {
    add("package/duplicate-id", Severity::error, package.at, package.name,
        "package id " + package.id + " belongs to \"" + packages_[known->second].name + "\" already");
    return;
  }
  packages_.push_back(std::move(package));
}

void ModelReader::read_group_references() {
  for (const InputFile* file : files_) {
    if (file_name(file->path) != ".origamGroupReference" || is_below(file->path, other_models_)) continue;
    if (!step(file->path, file->bytes->size())) return;
    const auto bytes = bytes_of(*file);
    if (!bytes) continue;
    auto owner = read_group_reference(*bytes, file->path, limits_);
    if (owner.ok()) {
      referenced_owner_[std::string(folder_of(file->path))] = owner.value();
    } else {
      fail(owner.error());
    }
  }
}

// The package an item belongs to: named by a group reference in its folder, else the nearest one upwards.
std::optional<std::size_t> ModelReader::owner_of(std::string_view path) {
  std::string_view folder = folder_of(path);
  const auto named = referenced_owner_.find(std::string(folder));
  if (named != referenced_owner_.end()) {
    const auto package = package_by_id_.find(named->second);
    if (package != package_by_id_.end()) return package->second;
    add("package/unknown-reference", Severity::error, {.file = std::string(path)}, "",
        "the folder belongs to package " + named->second + ", which is not in the model");
    return std::nullopt;
  }
  while (true) {
    const auto found = package_of_folder_.find(std::string(folder));
    if (found != package_of_folder_.end()) return found->second;
    if (folder.empty()) break;
    folder = folder_of(folder);
  }
  add("package/no-owner", Severity::error, {.file = std::string(path)}, "", "the file lies under no package, which ORIGAM refuses");
  return std::nullopt;
}

void ModelReader::read_items(const InputFile& file, std::string_view text) {
  auto read = read_version_file(text, file.path, limits_);
  if (!read.ok()) {
    fail(read.error());
    return;
  }
  if (read.value().versions.empty() && read.value().loose.empty()) return;
  const auto owner = owner_of(file.path);
  for (Finding& finding : read.value().findings) {
    if (owner) finding.package = packages_[*owner].name;
    set_.findings.push_back(std::move(finding));
  }
  if (!owner) return;
  for (VersionRecord& record : read.value().versions) versions_.push_back({std::move(record), *owner});
  for (Activity& activity : read.value().loose) loose_.push_back({std::move(activity), file.path});
}

void ModelReader::read_versions() {
  for (const InputFile* file : files_) {
    if (!is_item(file->path) || is_below(file->path, other_models_)) continue;
    if (!step(file->path, file->bytes->size())) return;
    const auto bytes = bytes_of(*file);
    if (!bytes) continue;
    // Most items of a model are none: looking for the word is far cheaper than parsing. A file in UTF-16
    // does not hold it as bytes, so the folder counts as well.
    if (bytes->find("Deployment") == std::string::npos && file->path.find("DeploymentVersion/") == std::string::npos) continue;
    read_items(*file, *bytes);
  }
}

void ModelReader::attach_loose() {
  if (loose_.empty()) return;
  std::unordered_map<std::string_view, Version*> by_id;
  for (Version& version : versions_) by_id.try_emplace(version.record.version.id, &version);
  for (auto& [activity, file] : loose_) {
    const auto found = by_id.find(activity.parent_id);
    if (found == by_id.end()) {
      add("package/no-owner", Severity::error, activity.at, "", "activity \"" + activity.name + "\" belongs to no deployment version");
      continue;
    }
    found->second->record.activities.push_back(std::move(activity));
    sort_activities(found->second->record.activities);
  }
}

// The text of an activity and the file to name in places; nullopt when there is none, which is told.
std::optional<std::string> ModelReader::command_text(const Package& package, const DeploymentVersion& version,
                                                     const Activity& activity, std::string& file) {
  const auto name = activity.command ? external_file_name(*activity.command) : std::nullopt;
  if (!name) {
    // Lines of an inline text count inside the attribute, so it is named as a part of its file.
    file = activity.at.file + "#" + activity.id;
    return activity.command.value_or("");
  }
  const std::string folder(folder_of(activity.at.file));
  file = folder.empty() ? *name : folder + "/" + *name;
  const auto found = name->find_first_of("/\\") == std::string::npos ? by_path_.find(file) : by_path_.end();
  if (found == by_path_.end()) {
    add("package/missing-external-text", Severity::error, activity.at, package.name,
        "command text \"" + *name + "\" of " + version.number + " is missing").remedy = "restore the file beside the version's .origam file";
    return std::nullopt;
  }
  used_texts_.insert(found->first);
  if (!step(file, found->second->bytes->size())) return std::nullopt;
  return bytes_of(*found->second);
}

FileRestore ModelReader::file_restore(const Package& package, const DeploymentVersion& version, const Activity& activity) {
  FileRestore restore;
  restore.name = activity.name;
  restore.id = activity.id;
  restore.deployment_version = version.number;
  restore.target = activity.target;
  restore.location = activity.location;
  restore.after_scripts = package.scripts.size();
  restore.at = activity.at;
  const auto name = activity.content ? external_file_name(*activity.content) : std::nullopt;
  if (!name) return restore;
  const std::string folder(folder_of(activity.at.file));
  const std::string file = folder.empty() ? *name : folder + "/" + *name;
  if (name->find_first_of("/\\") == std::string::npos && by_path_.contains(file)) {
    restore.file = file;
  } else {
    add("package/missing-external-text", Severity::error, activity.at, package.name,
        "the file \"" + *name + "\" that " + version.number + " unpacks is missing").remedy = "restore the file beside the version's .origam file";
  }
  return restore;
}

void ModelReader::add_script(Package& package, const DeploymentVersion& version, const Activity& activity) {
  if (activity.restores_file) {
    add("package/file-restore", Severity::warning, activity.at, package.name,
        "activity \"" + activity.name + "\" of " + version.number + " writes the file \"" + activity.location + ": " + activity.target +
            "\", which no rollback takes back")
        .reversibility = Reversibility::no;
    package.file_restores.push_back(file_restore(package, version, activity));
    return;
  }
  Script script;
  script.name = activity.name;
  script.folder = version.name;
  script.id = activity.id;
  script.deployment_version = version.number;
  script.at = activity.at;
  const std::string platform = activity.platform.value_or("MsSql");
  if (platform == "MsSql") {
    script.dialect = Dialect::mssql;
  } else if (platform == "PgSql") {
    script.dialect = Dialect::postgresql;
  } else {
    add("package/unknown-platform", Severity::warning, activity.at, package.name,
        "activity \"" + activity.name + "\" of " + version.number + " is for the unknown platform \"" + platform + "\"");
  }
  auto text = command_text(package, version, activity, script.file);
  if (!text) return;
  script.content = std::move(*text);
  if (script.content.find_first_not_of(" \t\r\n\xEF\xBB\xBF") == std::string::npos) {
    add("package/empty-script", Severity::info, activity.at, package.name, "activity \"" + activity.name + "\" of " + version.number + " has no command text");
  }
  package.scripts.push_back(std::move(script));
}

void ModelReader::add_versions() {
  std::vector<deploy::VersionParts> numbers(versions_.size());
  std::vector<std::size_t> by_number(versions_.size());
  for (std::size_t i = 0; i < versions_.size(); ++i) {
    deploy::parse_version_number(versions_[i].record.version.number, numbers[i]);
    by_number[i] = i;
  }
  sort_stably(by_number.begin(), by_number.end(), [&](std::size_t a, std::size_t b) {
    return deploy::compare_versions(numbers[a], numbers[b]) < 0;
  });
  for (const std::size_t i : by_number) {
    Package& package = packages_[versions_[i].package];
    VersionRecord& record = versions_[i].record;
    record.version.activities = record.activities.size();
    check_activities(record, package.name, set_.findings);
    package.counts.deployment_versions += 1;
    package.counts.activities += record.activities.size();
    for (const Activity& activity : record.activities) add_script(package, record.version, activity);
    package.deployment_versions.push_back(std::move(record.version));
  }
}

// A text file beside a version that no activity names is a leftover: it will never run.
void ModelReader::note_unreferenced_texts() {
  for (const InputFile* file : files_) {
    const std::string_view path = file->path;
    if (path.find(".origam___commandText___") == std::string_view::npos || used_texts_.contains(path) || is_below(path, other_models_)) continue;
    const auto owner = owner_of(path);
    add("package/unreferenced-external-text", Severity::info, {.file = file->path}, owner ? packages_[*owner].name : "",
        "no activity names this command text");
  }
}

// Every file counts for the nearest package folder above it.
void ModelReader::count_files() {
  for (const InputFile* file : files_) {
    std::string_view folder = folder_of(file->path);
    while (true) {
      const auto found = package_of_folder_.find(std::string(folder));
      if (found != package_of_folder_.end()) {
        packages_[found->second].counts.files += 1;
        packages_[found->second].bytes += file->bytes->size();
        break;
      }
      if (folder.empty()) break;
      folder = folder_of(folder);
    }
  }
}

// Names for ids, and references to packages that are not there.
void ModelReader::resolve_names() {
  const auto name_of = [&](Dependency& dependency) {
    const auto found = package_by_id_.find(dependency.id);
    if (found != package_by_id_.end()) dependency.name = packages_[found->second].name;
    return found != package_by_id_.end();
  };
  for (Package& package : packages_) {
    for (Dependency& reference : package.dependencies) {
      if (name_of(reference)) continue;
      add("package/unknown-reference", Severity::error, reference.at, package.name,
          "referenced package " + reference.id + " is not in the model");
    }
    for (DeploymentVersion& version : package.deployment_versions) {
      for (Dependency& dependency : version.dependencies) name_of(dependency);
    }
  }
}

// Package list order; findings about what has no such order.
void ModelReader::arrange() {
  for (const auto& circle : reference_circles(packages_)) {
    std::string names;
    for (const std::size_t i : circle) names += packages_[i].name + " -> ";
    add("package/circular-reference", Severity::error, packages_[circle.front()].at, packages_[circle.front()].name,
        "packages reference each other: " + names + packages_[circle.front()].name + "; ORIGAM cannot load them");
  }
  const std::vector<std::size_t> tops = top_packages(packages_);
  std::vector<bool> taken(packages_.size(), false);
  std::vector<Package> arranged;
  std::string names;
  for (const std::size_t top : tops) {
    names += (names.empty() ? "" : ", ") + packages_[top].name;
    for (const std::size_t i : package_list(packages_, top)) {
      if (!taken[i]) arranged.push_back(std::move(packages_[i]));
      taken[i] = true;
    }
  }
  set_.packages = std::move(arranged);
  if (tops.size() == 1) set_.active_package_id = set_.packages.back().id;
  if (tops.size() > 1) {
    add("package/several-top-packages", Severity::info, {}, "",
        "no package references " + names + "; ORIGAM deploys one of them at a time, here each is ordered by itself");
  }
}

Result<PackageSet> ModelReader::read() {
  set_.kind = InputKind::origam_model;
  if (input_.files.size() > limits_.max_records) {
    return Error{ErrorCode::limit_exceeded, {}, "more than " + std::to_string(limits_.max_records) + " files"};
  }
  index_files();
  read_packages();
  if (packages_.empty() && !cancelled_) {
    if (!first_error_) return Error{ErrorCode::not_recognised, {}, "no .origamPackage file, so this is no ORIGAM model"};
    return *first_error_;
  }
  if (!cancelled_) read_group_references();
  if (!cancelled_) read_versions();
  if (!cancelled_) {
    attach_loose();
    add_versions();
  }
  if (cancelled_) return Error{ErrorCode::cancelled, {}, "stopped while reading the model"};
  note_unreferenced_texts();
  check_platforms(packages_, set_.findings);
  count_files();
  resolve_names();
  arrange();
  if (progress_) progress_->report("reading the model", total_, total_);
  return std::move(set_);
}

}  // namespace

bool looks_like_origam(const Input& input) {
  return std::any_of(input.files.begin(), input.files.end(),
                     [](const InputFile& file) { return file_name(file.path) == ".origamPackage"; });
}

Result<PackageSet> read_origam_model(const Input& input, const Limits& limits, Progress* progress) {
  return ModelReader(input, limits, progress).read();
}

}  // namespace backstay::origam
