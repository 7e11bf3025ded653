// A promotion file as values: what the checks look at. Format: promotion.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/limits.hpp"
#include "core/base/result.hpp"
#include "core/base/text_document.hpp"
#include "core/package/promotion/time.hpp"

namespace backstay::promotion {

// Ids are numbers or strings and compared as text.
using Id = std::string;

struct Person {
  Id id;
  std::string name;
  bool known() const { return !id.empty() || !name.empty(); }
  // By id where both have one, else by name.
  bool same(const Person& other) const { return !id.empty() && !other.id.empty() ? id == other.id : name == other.name; }
};

enum class Revision : std::uint8_t { add, modify, remove };

struct Change {
  std::int64_t rev = 0;
  Id id;
  std::string name, type, app;
  Revision revision = Revision::add;
  Person by;
  const JsonValue* before = nullptr;  // an object, or null when absent or JSON null
  const JsonValue* after = nullptr;
  std::vector<Id> refs;
  std::size_t at = 0;                 // offset of its entry in the document's text
};

struct Resource {
  Id id, parent;
  std::string type, name;
  std::vector<Id> refs;
  std::optional<std::int64_t> records, records_with_value;
  const JsonValue* definition = nullptr;
  std::size_t at = 0;
};

struct Job {
  Id id;
  std::string kind, environment;
  std::optional<std::int64_t> rows_done, rows_total;
  std::optional<bool> blocks;
  std::size_t at = 0;
};

struct Integration {
  Id id;
  std::string name;
  std::vector<Id> uses;
  std::optional<bool> paused;
  bool retries = false;
  std::optional<std::int64_t> max_wait_s;
  std::size_t at = 0;
};

struct Device {
  Id id;
  std::string user;
  std::int64_t pending_records = 0;
  std::vector<Id> uses;
  std::size_t at = 0;
};

struct Backup {
  Id id;
  std::optional<Time> restorable_until;
};

struct Window {
  std::optional<Time> not_before, not_after;
  std::optional<bool> announced;
  std::size_t at = 0;
};

struct Production {
  std::optional<bool> structure_locked;
  std::string fingerprint;
  std::optional<std::vector<Resource>> resources;
  std::size_t at = 0;
};

// nullopt where the file says nothing: that is "not checked", never "nothing there".
struct Document {
  std::optional<Time> requested_at;
  std::string timezone;
  bool promotable = false;
  std::string base_fingerprint;
  Person sandbox_owner;
  std::size_t sandbox_at = 0;
  struct Review {
    std::int64_t last_rev = 0;
    Person by;
  };
  std::optional<Review> review;
  std::vector<Change> changelog;
  std::optional<std::vector<Job>> jobs;
  std::optional<std::vector<Integration>> integrations;
  std::optional<std::vector<Device>> devices;
  std::optional<std::vector<Backup>> backups;
  std::optional<Window> window;
  std::optional<std::size_t> notified;  // how many addresses would be told
  std::size_t notify_at = 0;
  std::optional<Production> production;

  JsonDocument json;    // what `before`, `after` and `definition` point into
  TextDocument text;    // for places
};

// Errors: not_recognised without the right "schema", malformed with the place for a missing required
// member or one of the wrong kind, limit_exceeded for size, depth or number of changes.
Result<Document> read_document(std::string_view bytes, const std::string& file, const Limits& limits);

}  // namespace backstay::promotion
