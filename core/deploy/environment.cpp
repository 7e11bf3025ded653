#include "core/deploy/environment.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "core/base/ascii.hpp"
#include "core/base/json.hpp"
#include "core/base/text_document.hpp"
#include "core/deploy/version_table.hpp"
#include "core/package/promotion/time.hpp"

namespace backstay::deploy {
namespace {

constexpr std::string_view schema_name = "backstay.environment/1";

// "2026-05-01T10:00:00.123Z", "/Date(1777629600123)/" as the vendor writes it, or milliseconds.
std::optional<std::int64_t> moment_in(const JsonValue& object, std::string_view key) {
  const JsonValue* value = object.find(key);
  if (!value) return std::nullopt;
  if (value->is(JsonValue::Kind::integer)) return value->integer;
  if (!value->is(JsonValue::Kind::string)) return std::nullopt;
  std::string_view text = value->string;
  std::int64_t ms = 0;
  if (text.starts_with("/Date(")) {
    text.remove_prefix(6);
    return std::from_chars(text.data(), text.data() + text.size(), ms).ec == std::errc() ? std::optional(ms) : std::nullopt;
  }
  const auto time = promotion::parse_time(text);
  if (!time) return std::nullopt;
  // Dates of elements are compared to the millisecond.
  const std::size_t dot = text.find('.');
  for (std::size_t i = 0; i < 3 && dot != std::string_view::npos; ++i) {
    const char digit = dot + 1 + i < text.size() ? text[dot + 1 + i] : '0';
    if (digit < '0' || digit > '9') break;
    constexpr std::int64_t places[] = {100, 10, 1};
    ms += (digit - '0') * places[i];
  }
  return time->utc_s * 1000 + ms;
}

std::string id_in(const JsonValue& object, std::string_view key) {
  const std::string id = object.text(key).value_or("");
  return normalise_guid(id).value_or(id);
}

// Reads one document; the first thing that is wrong stops it.
class Reader {
 public:
  Reader(const JsonValue& root, const TextDocument& document) : root_(root), document_(document) {}
  Result<Environment> read();

 private:
  // The items of a list member; nullptr when it is absent or null.
  const std::vector<JsonValue>* list(const JsonValue& object, std::string_view member);
  std::vector<InstalledPackage> packages(std::string_view member);
  InstalledPackage package(const JsonValue& item, std::string_view member);
  InstalledScript script(const JsonValue& item);
  std::optional<std::vector<InstalledElement>> elements(const JsonValue& item, std::string_view member);
  void read_dependencies();
  void read_database();
  void read_tables();
  void read_jobs();
  void wrong(const JsonValue& at, std::string message) {
    if (!problem_) problem_ = Error{ErrorCode::malformed, document_.position_of_stored(at.offset), std::move(message)};
  }

  const JsonValue& root_;
  const TextDocument& document_;
  Environment made_;
  std::optional<Error> problem_;
};

const std::vector<JsonValue>* Reader::list(const JsonValue& object, std::string_view member) {
  const JsonValue* found = object.find(member);
  if (!found || found->is(JsonValue::Kind::null)) return nullptr;
  if (found->is(JsonValue::Kind::array)) return &found->items;
  wrong(*found, "\"" + std::string(member) + "\" is no list");
  return nullptr;
}

std::optional<std::vector<InstalledElement>> Reader::elements(const JsonValue& item, std::string_view member) {
  const std::vector<JsonValue>* items = list(item, member);
  if (!items) return std::nullopt;
  std::vector<InstalledElement> made;
  for (const JsonValue& element : *items) made.push_back({element.text("name").value_or(""), id_in(element, "id"), moment_in(element, "modified")});
  return made;
}

InstalledScript Reader::script(const JsonValue& item) {
  InstalledScript made;
  made.name = item.text("name").value_or("");
  made.id = id_in(item, "id");
  made.modified_ms = moment_in(item, "modified");
  made.backward_compatible = item.flag("backward_compatible");
  made.sha256 = item.text("sha256").value_or("");
  made.text = item.text("text");
  if (const auto engine = item.text("engine")) made.engine = dialect_from(*engine);
  for (const InstallType type : {InstallType::before_package, InstallType::after_package, InstallType::after_schema_data, InstallType::uninstall_app}) {
    if (item.text("install_type") == to_string(type)) made.install_type = type;
  }
  return made;
}

InstalledPackage Reader::package(const JsonValue& item, std::string_view member) {
  InstalledPackage made;
  made.id = id_in(item, "id");
  made.name = item.text("name").value_or("");
  made.version = item.text("version");
  made.maintainer = item.text("maintainer");
  made.modified_ms = moment_in(item, "modified");
  made.locked = item.flag("locked");
  made.schemas = elements(item, "schemas");
  made.data_bindings = elements(item, "data_bindings");
  if (const std::vector<JsonValue>* scripts = list(item, "scripts")) {
    made.scripts.emplace();
    for (const JsonValue& one : *scripts) made.scripts->push_back(script(one));
  }
  if (made.id.empty() && made.name.empty()) wrong(item, "a package in \"" + std::string(member) + "\" has neither id nor name");
  return made;
}

std::vector<InstalledPackage> Reader::packages(std::string_view member) {
  std::vector<InstalledPackage> made;
  if (const std::vector<JsonValue>* items = list(root_, member)) {
    for (const JsonValue& item : *items) made.push_back(package(item, member));
  }
  return made;
}

void Reader::read_dependencies() {
  const std::vector<JsonValue>* items = list(root_, "packages");
  if (!items) return;
  for (const JsonValue& item : *items) {
    const std::vector<JsonValue>* needed = list(item, "dependencies");
    std::optional<std::vector<Dependency>>& made = made_.dependencies.emplace_back();
    if (!needed) continue;
    made.emplace();
    for (const JsonValue& one : *needed) {
      made->push_back({.name = one.text("name").value_or(""), .id = id_in(one, "id"), .version = one.text("version"), .at = {}});
    }
  }
}

void Reader::read_database() {
  const JsonValue* database = root_.find("database");
  if (!database || database->is(JsonValue::Kind::null)) return;
  made_.server_version = database->text("version").value_or("");
  const auto engine = database->text("engine");
  if (!engine) return;
  made_.engine = dialect_from(*engine);
  // A rehearsal's file database is none of the three that packages are written for, and says nothing about them.
  if (!made_.engine && *engine != "sqlite") wrong(*database->find("engine"), "unknown database engine \"" + *engine + "\"");
}

void Reader::read_tables() {
  const std::vector<JsonValue>* items = list(root_, "tables");
  if (!items) return;
  made_.tables.emplace();
  for (const JsonValue& item : *items) {
    EnvironmentTable table;
    table.name = item.text("name").value_or(item.is(JsonValue::Kind::string) ? item.string : "");
    if (const auto schema = item.text("schema")) table.name = *schema + "." + table.name;
    table.rows = item.whole("rows");
    if (table.name.empty()) return wrong(item, "a table in \"tables\" has no name");
    if (const std::vector<JsonValue>* columns = list(item, "columns")) {
      table.columns.emplace();
      for (const JsonValue& column : *columns) {
        table.columns->push_back({column.text("name").value_or(column.is(JsonValue::Kind::string) ? column.string : ""),
                                  column.text("type").value_or(""), column.flag("nullable")});
      }
    }
    made_.tables->push_back(std::move(table));
  }
  // A view takes rows as a table does, and has no columns of its own here.
  const std::vector<JsonValue>* views = list(root_, "views");
  if (!views) return;
  for (const JsonValue& item : *views) {
    EnvironmentTable view;
    view.name = item.text("name").value_or(item.is(JsonValue::Kind::string) ? item.string : "");
    if (view.name.empty()) return wrong(item, "a view in \"views\" has no name");
    made_.tables->push_back(std::move(view));
  }
}

void Reader::read_jobs() {
  const std::vector<JsonValue>* items = list(root_, "jobs");
  if (!items) return;
  made_.jobs.emplace();
  for (const JsonValue& item : *items) {
    EnvironmentJob job;
    job.id = item.text("id").value_or("");
    job.kind = item.text("kind").value_or("");
    job.table = item.text("table").value_or("");
    job.started = item.text("started").value_or("");
    job.blocks = item.flag("blocks");
    job.done = item.whole("rows_done").value_or(0);
    job.total = item.whole("rows_total").value_or(0);
    if (job.kind.empty()) return wrong(item, "a job in \"jobs\" has no kind");
    made_.jobs->push_back(std::move(job));
  }
}

Result<Environment> Reader::read() {
  made_.packages = packages("packages");
  read_dependencies();
  made_.origam_versions = packages("origam_versions");
  made_.packages_complete = root_.flag("packages_complete").value_or(true);
  read_database();
  read_tables();
  read_jobs();
  if (problem_) return *problem_;
  return std::move(made_);
}

Result<Environment> from_json(std::string_view text, const TextDocument& document) {
  auto parsed = parse_json(text, document.file(), {});
  if (!parsed.ok()) return parsed.error();
  const JsonValue& root = parsed.value().root;
  if (root.is(JsonValue::Kind::array)) {
    if (auto rows = version_rows(root)) {
      Environment environment;
      environment.origam_versions = std::move(*rows);
      return environment;
    }
  }
  if (root.text("schema") != schema_name) {
    const JsonValue* found = root.find("schema");
    return Error{ErrorCode::not_recognised, document.position_of_stored((found ? *found : root).offset),
                 "expected \"schema\": \"" + std::string(schema_name) + "\", or rows with refSchemaExtensionId and Version"};
  }
  return Reader(root, document).read();
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

// A system has every package that its packages depend on, so a folder that lacks some is not all of one: the version
// before, a few packages that were looked at. What is stored inactive may lack them (InstallBehavior 1).
bool holds_what_it_needs(const std::vector<Package>& packages) {
  std::unordered_set<std::string_view> ids, names;
  for (const Package& package : packages) {
    ids.insert(package.id);
    names.insert(package.name);
  }
  return std::all_of(packages.begin(), packages.end(), [&](const Package& package) {
    if (package.vendor != Vendor::creatio || package.install_behavior == 1) return true;
    return std::all_of(package.dependencies.begin(), package.dependencies.end(), [&](const Dependency& needed) {
      return (!needed.id.empty() && ids.count(needed.id) > 0) || names.count(needed.name) > 0;
    });
  });
}

std::string_view without_schema(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? name : name.substr(dot + 1);
}

bool same_any_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

}  // namespace

bool is_blocking(const EnvironmentJob& job) {
  return job.blocks.value_or(job.kind == "import" || job.kind == "bulk_update" || job.kind == "restore" || job.kind == "promotion");
}

std::vector<InstalledPackage> Environment::installed() const {
  std::vector<InstalledPackage> all = packages;
  all.insert(all.end(), origam_versions.begin(), origam_versions.end());
  return all;
}

const InstalledPackage* Environment::find(std::string_view id, std::string_view name) const {
  for (const InstalledPackage& package : packages) {
    if (!id.empty() && package.id == id) return &package;
  }
  for (const InstalledPackage& package : packages) {
    if (!name.empty() && package.name == name && (id.empty() || package.id.empty())) return &package;
  }
  return nullptr;
}

const EnvironmentTable* Environment::table(std::string_view name) const {
  if (!tables) return nullptr;
  for (const EnvironmentTable& table : *tables) {
    if (same_any_case(without_schema(table.name), without_schema(name))) return &table;
  }
  return nullptr;
}

Result<Environment> parse_environment(std::string_view text, std::string_view file) {
  const TextDocument document(text, std::string(file));
  if (document.had_damage() || document.text().find('\0') != std::string_view::npos) {
    return Error{ErrorCode::not_recognised, document.position(0), "no description of an environment"};
  }
  const std::string_view body = trimmed(document.text());
  Result<Environment> environment = Environment{};
  if (body.starts_with('{') || body.starts_with('[')) {
    // Decoded once: places count in the text as it was read.
    environment = from_json(document.text(), TextDocument(document.text(), document.file()));
  } else if (is_version_table(document.text())) {
    auto rows = read_version_table(document);
    if (!rows.ok()) return rows.error();
    environment.value().origam_versions = std::move(rows.value());
  } else {
    environment = from_lines(document.text());
  }
  if (environment.ok()) environment.value().source = file;
  return environment;
}

Environment environment_of(PackageSet&& set, std::string_view source) {
  Environment environment;
  environment.source = source;
  environment.is_packages = true;
  environment.packages_complete = !set.is_backup && !set.has_unreadable_part && holds_what_it_needs(set.packages);
  environment.added_by_install = std::move(set.delete_list);
  for (Package& package : set.packages) {
    InstalledPackage made;
    made.id = package.id;
    made.name = package.name;
    made.version = package.version;
    made.maintainer = package.maintainer;
    made.modified_ms = package.modified_ms;
    if (package.vendor == Vendor::origam) {
      environment.origam_versions.push_back(std::move(made));
      continue;
    }
    environment.dependencies.emplace_back(std::move(package.dependencies));
    made.scripts.emplace();
    for (Script& script : package.scripts) {
      InstalledScript one;
      one.name = script.name;
      one.id = script.id;
      one.engine = script.dialect;
      one.install_type = script.install_type;
      one.backward_compatible = script.backward_compatible;
      one.modified_ms = script.modified_ms;
      one.text = std::move(script.content);
      one.file = script.file;
      made.scripts->push_back(std::move(one));
    }
    made.schemas.emplace();
    for (const Schema& schema : package.schemas) made.schemas->push_back({schema.name, schema.id, schema.modified_ms});
    made.data_bindings.emplace();
    for (const DataBinding& binding : package.data_bindings) made.data_bindings->push_back({binding.name, binding.id, binding.modified_ms});
    environment.packages.push_back(std::move(made));
  }
  return environment;
}

Result<std::vector<InstalledPackage>> read_environment(std::string_view text, std::string_view file) {
  auto environment = parse_environment(text, file);
  if (!environment.ok()) return environment.error();
  return environment.value().installed();
}

}  // namespace backstay::deploy
