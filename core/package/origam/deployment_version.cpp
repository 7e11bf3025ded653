#include "core/package/origam/deployment_version.hpp"

#include "core/base/sorting.hpp"
#include "core/deploy/version_number.hpp"
#include "core/package/origam/dependencies_csv.hpp"
#include "core/package/origam/xml_file.hpp"

namespace backstay::origam {
namespace {

constexpr std::string_view external_marker = "-***-ExternalFile:";

std::string id_of(pugi::xml_node element) {
  const std::string written = attribute(element, "id").value_or("");
  return normalise_guid(written).value_or(written);
}

std::int32_t order_of(pugi::xml_node element, const XmlFile& file, Findings& findings) {
  const auto written = attribute(element, "activityOrder");
  if (!written) return 0;
  deploy::VersionParts parts;
  if (written->find('.') == std::string::npos && deploy::parse_version_number(*written, parts)) {
    return parts.empty() ? 0 : parts.front();
  }
  findings.push_back(file.finding("package/unreadable-activity-order", Severity::error, element,
                                  "activity order \"" + *written + "\" is no whole number"));
  return 0;
}

Activity read_activity(pugi::xml_node element, const XmlFile& file, Findings& findings) {
  Activity activity;
  activity.id = id_of(element);
  activity.name = attribute(element, "name").value_or("");
  activity.parent_id = attribute(element, "parentId").value_or("");
  activity.parent_id = normalise_guid(activity.parent_id).value_or(activity.parent_id);
  activity.restores_file = class_of(element).find("FileRestoreUpdateScriptActivity") != std::string::npos;
  activity.order = order_of(element, file, findings);
  activity.platform = attribute(element, "platform");
  activity.command = attribute(element, "commandText");
  activity.at = file.place(element);
  if (activity.restores_file) {
    activity.location = attribute(element, "targetLocation").value_or("ReportsFolder");
    activity.target = attribute(element, "fileName").value_or("");
    activity.content = attribute(element, "content");
  }
  return activity;
}

void read_list(pugi::xml_node element, const XmlFile& file, const Limits& limits, VersionRecord& record, Findings& findings) {
  const auto value = file.decode(element, "deploymentDependenciesCsv");
  if (!value || value->text.empty()) return;
  record.version.has_list = true;
  const DependencyList list = read_dependencies_csv(value->text, limits.max_dependencies);
  for (const DependencyFault& fault : list.faults) {
    findings.push_back(file.finding("package/malformed-dependency", Severity::error, value->offsets[fault.at], fault.message));
    findings.back().remedy = "write one entry a line: the package id, a comma and a version number";
  }
  if (list.over_limit) {
    findings.push_back(file.finding(std::string(error_rule(ErrorCode::limit_exceeded)), Severity::error, value->offsets.front(),
                                    "more than " + std::to_string(limits.max_dependencies) + " dependencies; the rest was not read"));
  }
  for (const DependencyLine& line : list.lines) {
    Dependency dependency;
    dependency.name = dependency.id = line.id;
    dependency.version = line.number;
    dependency.at = file.place(value->offsets[line.at]);
    record.version.dependencies.push_back(std::move(dependency));
  }
}

VersionRecord read_version(pugi::xml_node element, const XmlFile& file, const Limits& limits, Findings& findings) {
  VersionRecord record;
  DeploymentVersion& version = record.version;
  version.id = id_of(element);
  version.name = attribute(element, "name").value_or("");
  version.number = attribute(element, "version").value_or("");
  version.file = file.document().file();
  version.at = file.place(element);
  deploy::VersionParts parts;
  version.number_readable = deploy::parse_version_number(version.number, parts);
  if (!version.number_readable) {
    findings.push_back(file.finding("package/unreadable-version", Severity::error, element,
                                    "version \"" + version.number + "\" of \"" + version.name +
                                        "\" is no version number; ORIGAM takes it for 0.0 and never runs it"));
  }
  read_list(element, file, limits, record, findings);
  for (const pugi::xml_node child : element.children()) {
    if (local_name(child) != "DeploymentUpdateScriptActivity") continue;
    record.activities.push_back(read_activity(child, file, findings));
  }
  sort_activities(record.activities);
  return record;
}

}  // namespace

std::optional<std::string> external_file_name(std::string_view value) {
  if (!value.starts_with(external_marker)) return std::nullopt;
  return std::string(value.substr(external_marker.size()));
}

void sort_activities(std::vector<Activity>& activities) {
  sort_stably(activities.begin(), activities.end(),
              [](const Activity& a, const Activity& b) { return a.order < b.order; });
}

Result<VersionFile> read_version_file(std::string_view bytes, std::string path, const Limits& limits) {
  auto parsed = XmlFile::parse(bytes, std::move(path), limits);
  if (!parsed.ok()) return parsed.error();
  const XmlFile& file = parsed.value();
  VersionFile read;
  for (pugi::xml_node node = file.root(); node; node = next_in_document(node, file.root())) {
    if (node.type() != pugi::node_element) continue;
    if (local_name(node) == "DeploymentVersion") {
      read.versions.push_back(read_version(node, file, limits, read.findings));
    } else if (local_name(node) == "DeploymentUpdateScriptActivity" && local_name(node.parent()) != "DeploymentVersion") {
      read.loose.push_back(read_activity(node, file, read.findings));
    }
  }
  return read;
}

}  // namespace backstay::origam
