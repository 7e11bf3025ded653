#include "core/package/promotion/document.hpp"

#include <cstdio>

namespace backstay::promotion {
namespace {

using Kind = JsonValue::Kind;

std::string id_text(const JsonValue& value) {
  if (value.is(Kind::string)) return value.string;
  if (value.is(Kind::integer)) return std::to_string(value.integer);
  if (!value.is(Kind::number)) return {};
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", value.number);
  return text;
}

// Reads members of objects; the first one that is missing or wrong is remembered, and reading goes on
// with defaults so that every function stays short. The caller looks at problem() at the end.
class Reader {
 public:
  Reader(Document& document, const Limits& limits) : document_(document), limits_(limits) {}
  const std::optional<Error>& problem() const { return problem_; }
  void read(const JsonValue& root);

 private:
  std::size_t at(const JsonValue& value) const { return value.offset; }
  void fail(const JsonValue& where, std::string message, ErrorCode code = ErrorCode::malformed) {
    if (!problem_) problem_ = Error{code, document_.text.position(at(where)), std::move(message)};
  }
  // A member that is there and not null; `needed` ones that are not are a problem.
  const JsonValue* member(const JsonValue& object, const char* name, bool needed) {
    const JsonValue* found = object.find(name);
    if (found && !found->is(Kind::null)) return found;
    if (needed) fail(object, std::string("\"") + name + "\" is missing");
    return nullptr;
  }
  const JsonValue* member(const JsonValue& object, const char* name, Kind kind, const char* what, bool needed = false) {
    const JsonValue* found = member(object, name, needed);
    if (found && !found->is(kind)) {
      fail(*found, std::string("\"") + name + "\" is no " + what);
      return nullptr;
    }
    return found;
  }
  std::string text(const JsonValue& object, const char* name, bool needed = false) {
    const JsonValue* found = member(object, name, Kind::string, "text", needed);
    return found ? found->string : std::string();
  }
  std::optional<std::int64_t> whole(const JsonValue& object, const char* name, bool needed = false) {
    const JsonValue* found = member(object, name, Kind::integer, "whole number", needed);
    return found ? std::optional(found->integer) : std::nullopt;
  }
  std::optional<bool> flag(const JsonValue& object, const char* name, bool needed = false) {
    const JsonValue* found = member(object, name, Kind::boolean, "true or false", needed);
    return found ? std::optional(found->boolean) : std::nullopt;
  }
  Id id(const JsonValue& object, const char* name, bool needed = false) {
    const JsonValue* found = member(object, name, needed);
    if (!found) return {};
    Id made = id_text(*found);
    if (made.empty()) fail(*found, std::string("\"") + name + "\" is no id");
    return made;
  }
  std::vector<Id> ids(const JsonValue& object, const char* name) {
    std::vector<Id> made;
    const JsonValue* found = member(object, name, Kind::array, "list");
    if (!found) return made;
    for (const JsonValue& item : found->items) {
      made.push_back(id_text(item));
      if (made.back().empty()) fail(item, std::string("an item of \"") + name + "\" is no id");
    }
    return made;
  }
  std::optional<Time> time(const JsonValue& object, const char* name, bool needed = false) {
    const JsonValue* found = member(object, name, Kind::string, "time", needed);
    if (!found) return std::nullopt;
    const auto made = parse_time(found->string);
    if (!made) fail(*found, std::string("\"") + name + "\" is no time with a zone: \"" + found->string + "\"");
    return made;
  }
  Person person(const JsonValue& object, const char* name) {
    const JsonValue* found = member(object, name, Kind::object, "object");
    return found ? Person{id(*found, "id"), text(*found, "name")} : Person{};
  }
  const JsonValue* definition(const JsonValue& object, const char* name) { return member(object, name, Kind::object, "object"); }

  // Reads each item of an optional list with `one`.
  template <class T, class One>
  std::optional<std::vector<T>> list(const JsonValue& object, const char* name, One one) {
    const JsonValue* found = member(object, name, Kind::array, "list");
    if (!found) return std::nullopt;
    std::vector<T> made;
    for (const JsonValue& item : found->items) {
      if (!item.is(Kind::object)) {
        fail(item, std::string("an item of \"") + name + "\" is no object");
        break;
      }
      made.push_back(one(item));
      if (problem_) break;
    }
    return made;
  }

  Change change(const JsonValue& item);
  Resource resource(const JsonValue& item);
  Integration integration(const JsonValue& item);
  void read_parties(const JsonValue& root);
  void read_surroundings(const JsonValue& root);
  void read_production(const JsonValue& root);

  Document& document_;
  const Limits& limits_;
  std::optional<Error> problem_;
};

Change Reader::change(const JsonValue& item) {
  Change change;
  change.at = at(item);
  change.rev = whole(item, "rev", true).value_or(0);
  if (change.rev < 1 && !problem_) fail(item, "\"rev\" has to be positive");
  change.id = id(item, "resource_id", true);
  change.name = text(item, "resource_name", true);
  change.type = text(item, "resource_type", true);
  change.app = text(item, "app_name");
  const std::string revision = text(item, "revision_type", true);
  if (revision == "MOD") {
    change.revision = Revision::modify;
  } else if (revision == "DEL") {
    change.revision = Revision::remove;
  } else if (revision != "ADD") {
    fail(item, "revision type \"" + revision + "\" is none of ADD, MOD, DEL");
  }
  change.by = person(item, "by");
  change.before = definition(item, "before");
  change.after = definition(item, "after");
  change.refs = ids(item, "refs");
  time(item, "at");
  return change;
}

Resource Reader::resource(const JsonValue& item) {
  Resource resource;
  resource.at = at(item);
  resource.id = id(item, "id", true);
  resource.type = text(item, "type", true);
  resource.name = text(item, "name", true);
  resource.parent = id(item, "parent");
  resource.refs = ids(item, "refs");
  resource.records = whole(item, "records");
  resource.records_with_value = whole(item, "records_with_value");
  resource.definition = definition(item, "definition");
  return resource;
}

Integration Reader::integration(const JsonValue& item) {
  Integration integration;
  integration.at = at(item);
  integration.id = id(item, "id", true);
  integration.name = text(item, "name");
  integration.uses = ids(item, "uses");
  integration.paused = flag(item, "paused");
  if (const JsonValue* retry = member(item, "retry", Kind::object, "object")) {
    integration.retries = true;
    integration.max_wait_s = whole(*retry, "max_wait_s");
  }
  return integration;
}

void Reader::read_parties(const JsonValue& root) {
  if (const JsonValue* account = member(root, "account", Kind::object, "object", true)) {
    id(*account, "id", true);
    text(*account, "name", true);
    document_.timezone = text(*account, "timezone");
  }
  if (const JsonValue* sandbox = member(root, "sandbox", Kind::object, "object", true)) {
    document_.sandbox_at = at(*sandbox);
    id(*sandbox, "id", true);
    document_.promotable = flag(*sandbox, "promotable", true).value_or(false);
    time(*sandbox, "created_at", true);
    document_.sandbox_owner = person(*sandbox, "created_by");
    document_.base_fingerprint = text(*sandbox, "base_fingerprint");
  }
  if (const JsonValue* review = member(root, "review", Kind::object, "object")) {
    document_.review = Document::Review{whole(*review, "last_rev", true).value_or(0), person(*review, "by")};
  }
}

void Reader::read_surroundings(const JsonValue& root) {
  document_.jobs = list<Job>(root, "jobs", [&](const JsonValue& item) {
    return Job{id(item, "id", true), text(item, "kind", true), text(item, "environment"), whole(item, "rows_done"),
               whole(item, "rows_total"), flag(item, "blocks"), at(item)};
  });
  document_.integrations = list<Integration>(root, "integrations", [&](const JsonValue& item) { return integration(item); });
  document_.devices = list<Device>(root, "offline_devices", [&](const JsonValue& item) {
    return Device{id(item, "id", true), text(item, "user"), whole(item, "pending_records").value_or(0), ids(item, "uses"), at(item)};
  });
  document_.backups = list<Backup>(root, "backups", [&](const JsonValue& item) {
    return Backup{id(item, "id", true), time(item, "restorable_until")};
  });
  if (const JsonValue* window = member(root, "window", Kind::object, "object")) {
    document_.window = Window{time(*window, "not_before"), time(*window, "not_after"), flag(*window, "announced"), at(*window)};
  }
  if (const JsonValue* notify = member(root, "notify", Kind::array, "list")) {
    document_.notify_at = at(*notify);
    document_.notified = 0;
    for (const JsonValue& item : notify->items) {
      const auto address = item.text("email");
      if (address && !address->empty()) ++*document_.notified;
    }
  }
}

void Reader::read_production(const JsonValue& root) {
  const JsonValue* production = member(root, "production", Kind::object, "object");
  if (!production) return;
  Production made;
  made.at = at(*production);
  made.structure_locked = flag(*production, "structure_locked");
  made.fingerprint = text(*production, "fingerprint");
  made.resources = list<Resource>(*production, "resources", [&](const JsonValue& item) { return resource(item); });
  document_.production = std::move(made);
}

void Reader::read(const JsonValue& root) {
  document_.requested_at = time(root, "requested_at");
  read_parties(root);
  const JsonValue* changelog = member(root, "changelog", Kind::array, "list", true);
  if (problem_) return;
  if (changelog->items.size() > limits_.max_promotion_changes) {
    fail(*changelog, "more than " + std::to_string(limits_.max_promotion_changes) + " changes", ErrorCode::limit_exceeded);
    return;
  }
  document_.changelog = *list<Change>(root, "changelog", [&](const JsonValue& item) { return change(item); });
  read_surroundings(root);
  read_production(root);
}

}  // namespace

Result<Document> read_document(std::string_view bytes, const std::string& file, const Limits& limits) {
  if (bytes.size() > limits.max_promotion_bytes) {
    return Error{ErrorCode::limit_exceeded, {.file = file},
                 "promotion file of " + std::to_string(bytes.size()) + " bytes is over the limit of " + std::to_string(limits.max_promotion_bytes)};
  }
  Document document;
  document.text = TextDocument(bytes, file);
  auto json = parse_json(document.text.text(), file, {.max_depth = limits.max_promotion_depth, .max_values = 4'000'000});
  if (!json.ok()) {
    // The parser saw the text without its byte order mark.
    Error error = json.error();
    error.at = document.text.position(error.at.offset);
    return error;
  }
  document.json = std::move(json.value());
  const JsonValue& root = document.json.root;
  const auto schema = root.text("schema");
  if (schema != "backstay.promotion/1") {
    const JsonValue* found = root.find("schema");
    return Error{ErrorCode::not_recognised, document.text.position(found ? found->offset : 0),
                 schema ? "schema \"" + *schema + "\" is not \"backstay.promotion/1\"" : "JSON without \"schema\": \"backstay.promotion/1\""};
  }
  Reader reader(document, limits);
  reader.read(root);
  if (reader.problem()) return *reader.problem();
  return document;
}

}  // namespace backstay::promotion
