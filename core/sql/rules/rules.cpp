#include "core/sql/rules/rules.hpp"

#include <algorithm>
#include <array>

#include "core/base/sorting.hpp"
#include "core/base/text_document.hpp"

namespace backstay::sql::rules {

struct Raw {
  std::uint32_t rule = 0;
  std::uint32_t line = 0;
  Severity severity = Severity::warning;
  Reversibility reversibility = Reversibility::neutral;
  Span place;
  std::int32_t suppression = -1;
  std::string message;
};

namespace {

constexpr Rule table[] = {
#define BACKSTAY_RULE(function, id, severity, title, remedy) \
  {id, "sql/" id, Severity::severity, &rules::function, title, remedy},
#include "core/sql/rules/rules.def"
#undef BACKSTAY_RULE
};

// At most this many code points of a source line go into a report.
constexpr std::size_t excerpt_limit = 200;

bool continues_code_point(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The line's part around `column`, cut at code points; says which column it starts on.
std::string excerpt_of(std::string_view line, std::uint32_t column, std::uint32_t& first) {
  std::size_t begin = 0;
  first = 1;
  if (line.size() <= excerpt_limit) return std::string(line);
  if (column > excerpt_limit / 2) {
    const std::uint32_t skip = column - static_cast<std::uint32_t>(excerpt_limit / 4);
    std::size_t count = 0;
    for (const char c : line) count += !continues_code_point(c);
    if (count > excerpt_limit) {
      while (first < skip && begin < line.size()) {
        ++begin;
        while (begin < line.size() && continues_code_point(line[begin])) ++begin;
        ++first;
      }
    }
  }
  std::size_t end = begin, taken = 0;
  while (end < line.size() && taken < excerpt_limit) {
    ++end;
    while (end < line.size() && continues_code_point(line[end])) ++end;
    ++taken;
  }
  return std::string(line.substr(begin, end - begin));
}

// Where each rule stands when they are sorted by name, which is the order of findings at one place.
constexpr std::array<std::uint16_t, std::size(table)> name_order = [] {
  std::array<std::uint16_t, std::size(table)> order{};
  for (std::size_t i = 0; i < std::size(table); ++i)
    for (const Rule& other : table) order[i] = static_cast<std::uint16_t>(order[i] + (other.id < table[i].id ? 1 : 0));
  return order;
}();

// Findings are sorted by these numbers, so that their texts are not moved about.
struct Placed {
  std::uint64_t key = 0;    // place, then rule
  std::uint32_t index = 0;  // in the order they were reported
};

}  // namespace

std::span<const Rule> all_rules() { return table; }

bool is_rule(std::string_view id) {
  return std::any_of(std::begin(table), std::end(table), [&](const Rule& rule) { return rule.id == id; });
}

Reporter::Reporter(const TextDocument& document, const Scope& scope, std::vector<Suppression> suppressions)
    : document_(document), scope_(scope), suppressions_(std::move(suppressions)), index_(suppressions_) {}

Reporter::~Reporter() = default;

void Reporter::begin(std::size_t rule) { rule_ = rule; }

void Reporter::add(const Fact& fact, Reversibility reversibility, std::string message) {
  add_at(fact.anchor, &fact, reversibility, std::move(message));
}

void Reporter::add_at(Span place, const Fact* fact, Reversibility reversibility, std::string message) {
  Raw raw;
  raw.rule = static_cast<std::uint32_t>(rule_);
  raw.severity = table[rule_].severity;
  raw.reversibility = reversibility;
  raw.place = place;
  raw.message = std::move(message);
  raw.suppression = index_.find(table[rule_].id, scope_.script(), fact, place);
  if (raw.suppression >= 0) suppressions_[static_cast<std::size_t>(raw.suppression)].used = true;
  const std::size_t size = document_.text().size();
  raw.place.begin = std::min<std::uint32_t>(raw.place.begin, static_cast<std::uint32_t>(size));
  raw.place.end = std::clamp<std::uint32_t>(raw.place.end, raw.place.begin, static_cast<std::uint32_t>(size));
  found_.push_back(std::move(raw));
}

void Reporter::add_as(Severity severity, Span place, Reversibility reversibility, std::string message) {
  add_at(place, nullptr, reversibility, std::move(message));
  found_.back().severity = severity;
}

std::size_t Reporter::open_findings(Severity least) const {
  return static_cast<std::size_t>(std::count_if(found_.begin(), found_.end(), [&](const Raw& raw) {
    return raw.suppression < 0 && raw.severity >= least;
  }));
}

Reversibility Reporter::worst() const {
  Reversibility worst = Reversibility::yes;
  for (const Raw& raw : found_) worst = std::max(worst, raw.reversibility);
  return worst;
}

void Reporter::fill(Finding& finding, Raw& raw, const TextDocument::Line& line) const {
  finding.rule = table[raw.rule].reported;
  finding.severity = raw.severity;
  finding.message = std::move(raw.message);
  finding.remedy = table[raw.rule].remedy;
  finding.reversibility = raw.reversibility;
  finding.at = document_.position_in(line, raw.place.begin);
  const SourcePos& at = finding.at;
  const TextEncoding encoding = document_.encoding();
  const bool utf8 = encoding == TextEncoding::utf8 || encoding == TextEncoding::utf8_mark;
  if (utf8 && raw.place.end <= line.end) {
    const std::string_view text = document_.text().substr(raw.place.begin, raw.place.end - raw.place.begin);
    finding.end_line = at.line;
    finding.end_column = at.column + static_cast<std::uint32_t>(std::count_if(text.begin(), text.end(), [](char c) { return !continues_code_point(c); }));
    finding.length = text.size();
  } else {
    const SourcePos end = document_.position(raw.place.end);
    finding.end_line = end.line;
    finding.end_column = end.column;
    finding.length = end.offset - at.offset;
  }
  finding.excerpt = excerpt_of(document_.text().substr(line.begin, line.end - line.begin), at.column, finding.excerpt_column);
  if (raw.suppression >= 0) {
    finding.suppressed = true;
    finding.suppression_reason = suppressions_[static_cast<std::size_t>(raw.suppression)].reason;
  }
}

Findings Reporter::finish() {
  std::vector<Placed> order(found_.size());
  for (std::uint32_t i = 0; i < order.size(); ++i)
    order[i] = {std::uint64_t{found_[i].place.begin} << 16 | name_order[found_[i].rule], i};
  sort_stably(order.begin(), order.end(), [](const Placed& a, const Placed& b) { return a.key < b.key; });
  Findings findings;
  findings.reserve(order.size());
  constexpr std::uint32_t none = 0xFFFFFFFFu;
  std::vector<std::uint32_t> chosen(std::size(table), none);  // by rule, on the line at hand
  for (std::size_t first = 0; first < order.size();) {
    const TextDocument::Line line = document_.line_of(found_[order[first].index].place.begin);
    std::size_t last = first;
    // (rule, line) is a set; one that nobody allowed stays rather than one that is allowed.
    for (; last < order.size() && (last == first || found_[order[last].index].place.begin < line.next); ++last) {
      const std::uint32_t index = order[last].index;
      std::uint32_t& best = chosen[found_[index].rule];
      if (best == none || (found_[best].suppression >= 0 && found_[index].suppression < 0)) best = index;
    }
    for (std::size_t i = first; i < last; ++i) {
      const std::uint32_t index = order[i].index;
      if (chosen[found_[index].rule] == index) fill(findings.emplace_back(), found_[index], line);
    }
    for (std::size_t i = first; i < last; ++i) chosen[found_[order[i].index].rule] = none;
    first = last;
  }
  return findings;
}

std::string named(const Fact& fact, std::string_view otherwise) {
  constexpr std::size_t most = 3;
  std::string text;
  for (std::size_t i = 0; i < fact.names.size() && i < most; ++i) {
    if (i > 0) text += ", ";
    text += fact.names[i].written;
  }
  if (fact.names.size() > most) text += " and " + std::to_string(fact.names.size() - most) + " more";
  if (text.empty()) text = otherwise;
  return text;
}

std::string_view word(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::table: return "table";
    case ObjectKind::view: return "view";
    case ObjectKind::materialized_view: return "materialized view";
    case ObjectKind::function: return "function";
    case ObjectKind::procedure: return "procedure";
    case ObjectKind::aggregate: return "aggregate";
    case ObjectKind::routine: return "routine";
    case ObjectKind::package: return "package";
    case ObjectKind::trigger: return "trigger";
    case ObjectKind::rule: return "rule";
    case ObjectKind::type: return "type";
    case ObjectKind::synonym: return "synonym";
    case ObjectKind::index: return "index";
    case ObjectKind::sequence: return "sequence";
    case ObjectKind::constraint: return "constraint";
    case ObjectKind::column: return "column";
    case ObjectKind::domain: return "domain";
    case ObjectKind::policy: return "policy";
    case ObjectKind::statistics: return "statistics object";
    case ObjectKind::schema: return "schema";
    case ObjectKind::database: return "database";
    case ObjectKind::tablespace: return "tablespace";
    case ObjectKind::extension: return "extension";
    case ObjectKind::owned_by: return "everything owned by";
    case ObjectKind::user: return "user";
    case ObjectKind::role: return "role";
    case ObjectKind::login: return "login";
    case ObjectKind::profile: return "profile";
    case ObjectKind::server: return "server";
    case ObjectKind::database_link: return "database link";
    case ObjectKind::job_queue: return "queue";
    case ObjectKind::partition_scheme: return "partition scheme or function";
    case ObjectKind::none:
    case ObjectKind::unknown:
    case ObjectKind::other: break;
  }
  return "object";
}

bool writes_rows(Verb verb) {
  return verb == Verb::insert || verb == Verb::update || verb == Verb::remove || verb == Verb::merge ||
         verb == Verb::truncate || verb == Verb::bulk_load;
}

bool defines(Verb verb) {
  return verb == Verb::create || verb == Verb::alter || verb == Verb::drop || verb == Verb::rename;
}

}  // namespace backstay::sql::rules
