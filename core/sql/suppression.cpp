#include "core/sql/suppression.hpp"

#include <algorithm>

#include "core/base/sorting.hpp"
#include "core/sql/rules/rules.hpp"

namespace backstay::sql {

namespace {

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// Takes `word` off the front of `text` when it stands there as a whole word.
bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  const std::string_view rest = text.substr(word.size());
  if (!rest.empty() && !blank(rest.front())) return false;
  text = trim(rest);
  return true;
}

void read_names(std::string_view list, Suppression& into) {
  while (!list.empty()) {
    const std::size_t end = list.find_first_of(", \t");
    std::string_view name = trim(list.substr(0, end));
    list = end == std::string_view::npos ? std::string_view() : list.substr(end + 1);
    if (name.starts_with("sql/")) name.remove_prefix(4);
    if (name.empty()) continue;
    (rules::is_rule(name) ? into.rules : into.unknown).push_back(name);
  }
}

// The text behind `--`; false when it is no comment for us.
bool read_comment(std::string_view text, Suppression& into) {
  text = trim(text);
  constexpr std::string_view mark = "backstay:";
  if (!text.starts_with(mark)) return false;
  text = trim(text.substr(mark.size()));
  if (take(text, "allow-file")) {
    into.whole_file = true;
  } else if (!take(text, "allow")) {
    into.unknown.push_back(text);  // another word than allow: surely meant, but not understood
    return true;
  }
  const std::size_t reason = text.find("reason");
  std::string_view names = text.substr(0, reason);
  if (reason != std::string_view::npos) {
    std::string_view value = trim(text.substr(reason + 6));
    if (value.starts_with('=')) {
      value = trim(value.substr(1));
      if (value.size() >= 2 && value.front() == '"') {
        value.remove_prefix(1);
        value = value.substr(0, value.find('"'));
      }
      into.reason = std::string(trim(value));
      into.has_reason = !into.reason.empty();
    }
  }
  read_names(names, into);
  return true;
}

struct Extent {
  std::uint32_t begin = 0, end = 0;
  bool structural = false;
};

bool is_structural(Verb verb) {
  return verb == Verb::block || verb == Verb::branch || verb == Verb::loop || verb == Verb::handler ||
         verb == Verb::subprogram;
}

// Statements by their first byte; of several that start together the longest comes first.
std::vector<Extent> statement_extents(const Script& script) {
  std::vector<Extent> extents;
  extents.reserve(script.facts.size());
  for (const Fact& fact : script.facts)
    if (fact.context != Context::dynamic)
      extents.push_back({fact.head.begin, std::max(fact.span.end, fact.head.end), is_structural(fact.verb)});
  sort_stably(extents.begin(), extents.end(), [](const Extent& a, const Extent& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  return extents;
}

Span covered_by(const Suppression& suppression, bool trailing, const std::vector<Extent>& extents) {
  const std::uint32_t at = suppression.comment.begin;
  const auto next = std::partition_point(extents.begin(), extents.end(),
                                         [&](const Extent& extent) { return extent.begin < at; });
  // A trailing comment belongs to the last statement that began before it; a comment in the middle of
  // a plain statement to that statement; every other comment to the statement that follows.
  if (next != extents.begin()) {
    const Extent& before = *(next - 1);
    if (trailing || (!before.structural && before.end > at)) return {before.begin, before.end};
  }
  if (next != extents.end()) return {next->begin, next->end};
  return {};
}

}  // namespace

SuppressionIndex::SuppressionIndex(const std::vector<Suppression>& suppressions) {
  for (std::size_t i = 0; i < suppressions.size(); ++i) {
    const Suppression& suppression = suppressions[i];
    if (!suppression.valid()) continue;
    const auto index = static_cast<std::int32_t>(i);
    for (const std::string_view name : suppression.rules) {
      OfRule& rule = rules_[name];
      if (!suppression.whole_file) rule.covers.push_back({suppression.covers, index, -1});
      else if (rule.whole_file < 0) rule.whole_file = index;
    }
  }
  for (auto& [name, rule] : rules_) {
    std::vector<Cover>& covers = rule.covers;
    sort_stably(covers.begin(), covers.end(), [](const Cover& a, const Cover& b) {
      return a.span.begin != b.span.begin ? a.span.begin < b.span.begin : a.span.end > b.span.end;
    });
    // Several comments before one statement: the first is enough.
    covers.erase(std::unique(covers.begin(), covers.end(),
                             [](const Cover& a, const Cover& b) { return a.span.begin == b.span.begin && a.span.end == b.span.end; }),
                 covers.end());
    std::vector<std::int32_t> open;
    for (std::size_t i = 0; i < covers.size(); ++i) {
      while (!open.empty() && covers[static_cast<std::size_t>(open.back())].span.end <= covers[i].span.begin) open.pop_back();
      if (!open.empty()) covers[i].around = open.back();
      open.push_back(static_cast<std::int32_t>(i));
    }
  }
}

std::int32_t SuppressionIndex::at(const OfRule& rule, std::uint32_t place) {
  const auto behind = std::partition_point(rule.covers.begin(), rule.covers.end(),
                                           [&](const Cover& cover) { return cover.span.begin <= place; });
  for (auto i = static_cast<std::int32_t>(behind - rule.covers.begin()) - 1; i >= 0; i = rule.covers[static_cast<std::size_t>(i)].around)
    if (place < rule.covers[static_cast<std::size_t>(i)].span.end) return rule.covers[static_cast<std::size_t>(i)].suppression;
  return -1;
}

std::int32_t SuppressionIndex::find(std::string_view rule, const Script& script, const Fact* fact, Span place) const {
  if (rules_.empty()) return -1;
  const auto found = rules_.find(rule);
  if (found == rules_.end()) return -1;
  std::int32_t suppression = at(found->second, place.begin);
  for (; fact && suppression < 0; fact = fact->parent < 0 ? nullptr : &script.facts[static_cast<std::size_t>(fact->parent)])
    suppression = at(found->second, fact->head.begin);
  return suppression >= 0 ? suppression : found->second.whole_file;
}

std::vector<Suppression> read_suppressions(const TextDocument& document, const Script& script) {
  std::vector<Suppression> found;
  std::vector<Extent> extents;
  for (const Comment& comment : script.comments) {
    if (!comment.line_comment || comment.span.end > document.text().size()) continue;
    const std::string_view text =
        document.text().substr(comment.span.begin, comment.span.end - comment.span.begin);
    Suppression suppression;
    suppression.comment = comment.span;
    if (text.size() < 2 || !read_comment(text.substr(2), suppression)) continue;
    if (!suppression.whole_file) {
      if (extents.empty()) extents = statement_extents(script);
      suppression.covers = covered_by(suppression, comment.trailing, extents);
    }
    found.push_back(std::move(suppression));
  }
  return found;
}

}  // namespace backstay::sql
