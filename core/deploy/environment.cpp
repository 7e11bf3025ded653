#include "core/deploy/environment.hpp"

#include "core/base/ascii.hpp"
#include "core/base/json.hpp"
#include "core/base/text_document.hpp"

namespace backstay::deploy {
namespace {

constexpr std::string_view schema_name = "backstay.environment/1";

Result<std::vector<InstalledPackage>> packages_in(const JsonValue& root, std::string_view member, const TextDocument& document) {
  std::vector<InstalledPackage> packages;
  const JsonValue* list = root.find(member);
  if (!list || list->is(JsonValue::Kind::null)) return packages;
  const std::string name(member);
  if (!list->is(JsonValue::Kind::array)) return Error{ErrorCode::malformed, document.position_of_stored(list->offset), "\"" + name + "\" is no list"};
  for (const JsonValue& item : list->items) {
    InstalledPackage package;
    const std::string id = item.text("id").value_or("");
    package.id = normalise_guid(id).value_or(id);
    package.name = item.text("name").value_or("");
    package.version = item.text("version");
    if (package.id.empty() && package.name.empty()) {
      return Error{ErrorCode::malformed, document.position_of_stored(item.offset), "a package in \"" + name + "\" has neither id nor name"};
    }
    packages.push_back(std::move(package));
  }
  return packages;
}

Result<Environment> from_json(std::string_view text, const TextDocument& document) {
  auto parsed = parse_json(text, document.file(), {});
  if (!parsed.ok()) return parsed.error();
  const JsonValue& root = parsed.value().root;
  if (root.text("schema") != schema_name) {
    const JsonValue* found = root.find("schema");
    return Error{ErrorCode::not_recognised, document.position_of_stored((found ? *found : root).offset),
                 "expected \"schema\": \"" + std::string(schema_name) + "\""};
  }
  Environment environment;
  auto packages = packages_in(root, "packages", document);
  if (!packages.ok()) return packages.error();
  auto versions = packages_in(root, "origam_versions", document);
  if (!versions.ok()) return versions.error();
  environment.packages = std::move(packages.value());
  environment.origam_versions = std::move(versions.value());
  const JsonValue* database = root.find("database");
  if (const auto engine = database ? database->text("engine") : std::nullopt) {
    environment.engine = dialect_from(*engine);
    if (!environment.engine) {
      return Error{ErrorCode::malformed, document.position_of_stored(database->find("engine")->offset), "unknown database engine \"" + *engine + "\""};
    }
  }
  return environment;
}

// "Sales Desk 1.10": the last word is the version when it starts with a digit, the rest is the package.
InstalledPackage from_line(std::string_view line) {
  InstalledPackage package;
  const std::size_t blank = line.find_last_of(" \t");
  if (blank != std::string_view::npos && line[blank + 1] >= '0' && line[blank + 1] <= '9') {
    package.version = std::string(line.substr(blank + 1));
    line = trimmed(line.substr(0, blank));
  }
  if (const auto id = normalise_guid(line)) {
    package.id = *id;
  } else {
    package.name = line;
  }
  return package;
}

Environment from_lines(std::string_view text) {
  Environment environment;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    line = trimmed(line);
    if (line.empty() || line.front() == '#') continue;
    environment.packages.push_back(from_line(line));
  }
  return environment;
}

}  // namespace

Result<Environment> parse_environment(std::string_view text, std::string_view file) {
  const TextDocument document(text, std::string(file));
  if (document.had_damage() || document.text().find('\0') != std::string_view::npos) {
    return Error{ErrorCode::not_recognised, document.position(0), "no description of an environment"};
  }
  if (trimmed(document.text()).starts_with("{")) return from_json(document.text(), TextDocument(document.text(), std::string(file)));
  return from_lines(document.text());
}

Result<std::vector<InstalledPackage>> read_environment(std::string_view text, std::string_view file) {
  auto parsed = parse_environment(text, file);
  if (!parsed.ok()) return parsed.error();
  std::vector<InstalledPackage> all = std::move(parsed.value().packages);
  for (InstalledPackage& version : parsed.value().origam_versions) all.push_back(std::move(version));
  return all;
}

}  // namespace backstay::deploy
