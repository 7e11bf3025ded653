#include "core/deploy/environment.hpp"

#include "core/base/json.hpp"
#include "core/base/text_document.hpp"

namespace backstay::deploy {
namespace {

constexpr std::string_view schema_name = "backstay.environment/1";

// Offsets of JSON values count a byte order mark; positions do not.
SourcePos place(const TextDocument& document, const JsonValue& value) {
  const std::size_t mark = document.encoding() == TextEncoding::utf8_mark ? 3 : 0;
  return document.position(value.offset > mark ? value.offset - mark : 0);
}

Result<std::vector<InstalledPackage>> packages_in(const JsonValue& root, std::string_view member, const TextDocument& document) {
  std::vector<InstalledPackage> packages;
  const JsonValue* list = root.find(member);
  if (!list || list->is(JsonValue::Kind::null)) return packages;
  const std::string name(member);
  if (!list->is(JsonValue::Kind::array)) return Error{ErrorCode::malformed, place(document, *list), "\"" + name + "\" is no list"};
  for (const JsonValue& item : list->items) {
    InstalledPackage package;
    const std::string id = item.text("id").value_or("");
    package.id = normalise_guid(id).value_or(id);
    package.name = item.text("name").value_or("");
    package.version = item.text("version");
    if (package.id.empty() && package.name.empty()) {
      return Error{ErrorCode::malformed, place(document, item), "a package in \"" + name + "\" has neither id nor name"};
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
    return Error{ErrorCode::not_recognised, place(document, found ? *found : root),
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
      return Error{ErrorCode::malformed, place(document, *database->find("engine")), "unknown database engine \"" + *engine + "\""};
    }
  }
  return environment;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n\v\f";
  while (!text.empty() && blanks.find(text.front()) != std::string_view::npos) text.remove_prefix(1);
  while (!text.empty() && blanks.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  return text;
}

// "Sales Desk 1.10": the last word is the version when it starts with a digit, the rest is the package.
InstalledPackage from_line(std::string_view line) {
  InstalledPackage package;
  const std::size_t blank = line.find_last_of(" \t");
  if (blank != std::string_view::npos && line[blank + 1] >= '0' && line[blank + 1] <= '9') {
    package.version = std::string(line.substr(blank + 1));
    line = trim(line.substr(0, blank));
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
    line = trim(line);
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
  if (trim(document.text()).starts_with("{")) return from_json(document.text(), TextDocument(document.text(), std::string(file)));
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
