#include "core/deploy/exchange.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "core/base/text_document.hpp"
#include "core/deploy/sort_report.hpp"
#include "core/deploy/sorter.hpp"
#include "core/deploy/version_number.hpp"
#include "core/package/package.hpp"

namespace backstay::deploy {
namespace {

// Fills a history straight from the parser's events: a tree of millions of entries would take a hundred
// times the memory of the history.
class Reader {
 public:
  Reader(History& history, const Limits& limits) : history_(history), limits_(limits) {}

  // What stopped the reading; empty when nothing did.
  std::string problem;
  ErrorCode code = ErrorCode::malformed;
  std::size_t problem_at = 0;  // byte; only for text that is no JSON
  bool saw_versions = false;

  bool null() { return value(); }
  bool boolean(bool) { return value(); }
  bool number_integer(std::int64_t) { return value(); }
  bool number_unsigned(std::uint64_t) { return value(); }
  bool number_float(double, const std::string&) { return value(); }
  bool binary(nlohmann::json::binary_t&) { return value(); }

  bool string(std::string& text) {
    if (level_ == Level::version || level_ == Level::entry) {
      if (key_ == "package") package_ = text, has_package_ = true;
      if (key_ == "version") number_ = text, has_number_ = true;
      if (key_ == "name") name_ = text;
    }
    return value();
  }

  bool start_object(std::size_t) {
    if (++depth_ > limits_.max_json_depth) return too_deep();
    if (skipping_ > 0) return ++skipping_, true;
    switch (level_) {
      case Level::start: level_ = Level::root; return true;
      case Level::versions: level_ = Level::version; return clear();
      case Level::entries:
        level_ = Level::entry;
        return clear();
      default: skipping_ = 1; return true;
    }
  }
  bool end_object() {
    --depth_;
    if (skipping_ > 0) return --skipping_, true;
    if (level_ == Level::entry) {
      level_ = Level::entries;
      return finish_entry();
    }
    if (level_ == Level::version) {
      level_ = Level::versions;
      return finish_version();
    }
    level_ = Level::start;
    return true;
  }
  bool start_array(std::size_t) {
    if (++depth_ > limits_.max_json_depth) return too_deep();
    if (skipping_ > 0) return ++skipping_, true;
    if (level_ == Level::root && key_ == "versions") {
      if (saw_versions) return stop("\"versions\" is there twice");
      saw_versions = true;
      level_ = Level::versions;
    } else if (level_ == Level::version && key_ == "deps") {
      // The members of the version may come in any order, so they are kept while its entries are read.
      outer_ = {package_, number_, name_};
      outer_has_ = {has_package_, has_number_};
      entries_.clear();
      level_ = Level::entries;
    } else {
      if (!value()) return false;
      skipping_ = 1;
    }
    return true;
  }
  bool end_array() {
    --depth_;
    if (skipping_ > 0) return --skipping_, true;
    if (level_ == Level::versions) level_ = Level::root;
    if (level_ == Level::entries) {
      level_ = Level::version;
      package_ = outer_[0], number_ = outer_[1], name_ = outer_[2];
      has_package_ = outer_has_[0], has_number_ = outer_has_[1];
    }
    return true;
  }
  bool key(std::string& text) {
    if (skipping_ == 0) key_ = text;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) {
    if (problem.empty()) problem = "not valid JSON";
    problem_at = position > 0 ? position - 1 : 0;
    return false;
  }

 private:
  enum class Level { start, root, versions, version, entries, entry };

  bool stop(std::string text) {
    problem = std::move(text);
    return false;
  }
  bool too_deep() {
    code = ErrorCode::limit_exceeded;
    return stop("JSON nested deeper than " + std::to_string(limits_.max_json_depth));
  }
  std::string here() const { return "versions[" + std::to_string(history_.versions()) + "]"; }
  // A plain value where an object is needed.
  bool value() {
    if (skipping_ > 0) return true;
    if (level_ == Level::versions) return stop(here() + " is no object");
    if (level_ == Level::entries) return stop(here() + ".deps[" + std::to_string(entries_.size()) + "] is no object");
    return true;
  }
  bool clear() {
    package_.clear(), number_.clear(), name_.clear();
    has_package_ = has_number_ = false;
    if (level_ == Level::version) entries_.clear();
    return true;
  }
  bool finish_entry() {
    if (!has_package_ || !has_number_) {
      return stop(here() + ".deps[" + std::to_string(entries_.size()) + "] has no " + (has_package_ ? "version" : "package"));
    }
    const auto known = numbers_.find(number_);
    if (known == numbers_.end()) {
      if (!parse_version_number(number_, parts_)) return stop(here() + ".deps[" + std::to_string(entries_.size()) + "]: \"" + number_ + "\" is no version number");
      entries_.push_back({package_index({}), numbers_.emplace(number_, history_.text(number_)).first->second});
    } else {
      entries_.push_back({package_index({}), known->second});
    }
    return true;
  }
  bool finish_version() {
    if (!has_package_) return stop(here() + " has no package");
    if (!has_number_) return stop(here() + " has no version");
    if (history_.versions() == limits_.max_deployment_versions) {
      code = ErrorCode::limit_exceeded;
      return stop("more than " + std::to_string(limits_.max_deployment_versions) + " versions");
    }
    history_.add_version(package_index(name_), history_.text(number_));
    for (const History::Entry& entry : entries_) history_.add_entry(entry.package, entry.text);
    return true;
  }

  // Millions of entries name a few packages, so ids are put into normal form once each as they are written.
  std::uint32_t package_index(std::string_view name) {
    const auto known = packages_.find(package_);
    if (known != packages_.end() && (name.empty() || !history_.package_at(known->second).name.empty())) return known->second;
    const std::uint32_t index = history_.package(normalise_guid(package_).value_or(package_), name);
    packages_.insert_or_assign(package_, index);
    return index;
  }

  History& history_;
  const Limits& limits_;
  std::unordered_map<std::string, std::uint32_t> packages_, numbers_;  // as written
  Level level_ = Level::start;
  std::size_t depth_ = 0, skipping_ = 0;
  std::string key_, package_, number_, name_;
  bool has_package_ = false, has_number_ = false;
  std::array<std::string, 3> outer_;
  std::array<bool, 2> outer_has_{};
  std::vector<History::Entry> entries_;
  VersionParts parts_;
};

void append_quoted(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += hex[byte >> 4];
      out += hex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_version(std::string& out, const History& history, std::uint32_t version) {
  out += "{\"index\": " + std::to_string(version) + ", \"name\": ";
  append_quoted(out, history.label(history.package_of(version)));
  out += ", \"version\": ";
  append_quoted(out, history.number(version));
}

void append_candidates(std::string& out, const History& history, const KeyedHistory& keyed, const SortOutcome& outcome) {
  const std::vector<Candidate> shown = candidates(history, keyed, outcome);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (i > 0) out += ", ";
    append_version(out, history, outcome.candidates[i].version);
    out += ", \"deps\": [";
    for (std::size_t k = 0; k < shown[i].dependencies.size(); ++k) {
      if (k > 0) out += ", ";
      append_quoted(out, shown[i].dependencies[k].package + " " + shown[i].dependencies[k].version);
    }
    out += "]}";
  }
}

void append_conflicts(std::string& out, const History& history, const SortOutcome& outcome) {
  for (std::size_t i = 0; i < outcome.conflicts.size(); ++i) {
    if (i > 0) out += ", ";
    append_version(out, history, outcome.conflicts[i].blocker);
    out += ", \"dependsOn\": ";
    append_quoted(out, history.title(outcome.conflicts[i].step));
    out += ", \"holds\": " + std::to_string(outcome.conflicts[i].holds) + "}";
  }
}

}  // namespace

Result<History> read_exchange(std::string_view json, std::string_view file, const Limits& limits) {
  History history;
  Reader reader(history, limits);
  const std::size_t mark = json.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  const bool ok = nlohmann::json::sax_parse(json.begin() + mark, json.end(), &reader);
  if (ok && reader.saw_versions) return history;
  SourcePos at{.file = std::string(file)};
  if (reader.problem == "not valid JSON") at = TextDocument(json, std::string(file)).position(reader.problem_at);
  return Error{reader.code, at, reader.problem.empty() ? "no list \"versions\" in the exchange file" : reader.problem};
}

Result<std::string> order_exchange(std::string_view json, std::string_view file, const Limits& limits) {
  auto read = read_exchange(json, file, limits);
  if (!read.ok()) return read.error();
  const History& history = read.value();
  const KeyedHistory keyed = key_history(history);
  const SortOutcome outcome = sort_history(history, keyed);
  std::string out = outcome.ok() ? "{\"ok\": true, \"error\": null" : "{\"ok\": false, \"error\": \"" + std::string(to_string(outcome.failure)) + "\"";
  out += ", \"order\": [";
  for (std::size_t i = 0; i < outcome.order.size(); ++i) {
    if (i > 0) out += ", ";
    out += std::to_string(outcome.order[i]);
  }
  out += "], \"candidates\": [";
  append_candidates(out, history, keyed, outcome);
  out += "], \"conflicts\": [";
  append_conflicts(out, history, outcome);
  out += "]";
  if (outcome.self_dependency != none) {
    out += ", \"selfDependency\": ";
    append_version(out, history, outcome.self_dependency);
    out += "}";
  }
  return out + "}\n";
}

}  // namespace backstay::deploy
