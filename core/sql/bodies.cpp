// Bodies of routines: read only when the script that creates them calls them too.
#include <algorithm>

#include "core/sql/recogniser.hpp"
#include "core/base/sorting.hpp"

namespace backstay::sql {

// Reads one body; its facts are appended, children of the create fact.
void Recogniser::read_body(const Body body) {
  const Inside inside(*this, body.create, Context::body);
  variables_.clear();
  assigned_.clear();
  const std::size_t before = script_.facts.size();
  const Statement s{body.token != 0 ? body.token : body.first, body.last, {}};
  bool ok = true;
  if (dialect_ == Dialect::postgresql) {
    if (body.token != 0) {
      ok = pl_body(body.token, [&](Cursor& c) {
        if (!body.sql) return block_rest(c) && (c.take(TokenKind::semicolon), c.done());
        in_block_ = false;
        return sql_body(c);
      });
    } else {
      Cursor c(stream(), body.first, body.last);
      ok = sql_body(c);
    }
  } else if (dialect_ == Dialect::mssql) {
    // Behind AS; the AS between a parameter and its type stands in the way.
    std::uint32_t i = body.first;
    const Cursor c(stream(), body.first, body.last);
    while (i < body.last && !(c.at(i).is(kw_as) && !c.at(i - 1).is(TokenKind::parameter) && !c.at(i + 1).is(kw_caller) && !c.at(i - 1).is(kw_execute))) {
      i = c.behind_group(i);
    }
    SplitText cut;
    split_batch(stream(), std::min(i + 1, body.last), body.last, 0, cut.statements);
    batches(cut);
  } else {
    const bool outer_block = in_block_;
    in_block_ = true;
    Cursor c(stream(), body.first, body.last);
    while (!c.done() && !c.is(kw_is) && !c.is(kw_as)) c.skip();
    c.advance();
    const bool package = script_.facts[static_cast<std::size_t>(body.create)].object == ObjectKind::package;
    if (c.is(kw_language) || c.is(kw_external)) {
      ok = true;
    } else {
      ok = declarations(c);
      if (ok && c.take(kw_begin)) ok = block_end(c);
      else if (ok && package) ok = c.take(kw_end);
    }
    in_block_ = outer_block;
  }
  if (ok) return;
  forget_facts(before);
  not_understood(s, "the body of a routine that the script calls does not close");
}

// Statements of a LANGUAGE sql body, one after another.
bool Recogniser::sql_body(Cursor& c) {
  while (!c.done()) {
    std::uint32_t end = c.pos();
    while (end < c.last() && !c.at(end).is(TokenKind::semicolon)) end = c.behind_group(end);
    if (c.at(c.pos()).is(kw_end)) break;  // of BEGIN ATOMIC
    if (end > c.pos()) statement(c.pos(), end);
    c.move_to(end);
    c.advance();
  }
  c.move_to(c.last());
  return true;
}

// The bodies of called routines, and of those called from there. Facts of a body are moved behind
// their create fact at the end, so that parents keep standing before their children.
void Recogniser::read_bodies() {
  if (bodies_.empty()) return;
  const std::size_t count = bodies_.size();  // routines that a body creates are not followed
  std::vector<Fact>& facts = script_.facts;
  const std::size_t plain = facts.size();
  std::unordered_map<std::string_view, std::vector<std::size_t>> by_name;
  for (std::size_t i = 0; i < count; ++i) {
    const Fact& create = facts[static_cast<std::size_t>(bodies_[i].create)];
    if (!create.names.empty()) by_name[create.names.front().name].push_back(i);
  }
  struct Range {
    std::size_t first, last;
    std::int32_t create;
  };
  std::vector<Range> ranges;
  for (std::size_t k = 0; k < facts.size(); ++k) {
    if (facts[k].verb != Verb::call || facts[k].names.empty()) continue;
    // A packaged routine: the package is what the script created.
    for (const std::string_view called : {facts[k].names.front().name, facts[k].names.front().schema}) {
      const auto found = by_name.find(called);
      if (found == by_name.end()) continue;
      for (const std::size_t i : found->second) {
        if (i >= bodies_.size() || bodies_[i].read) continue;
        bodies_[i].read = true;
        const std::size_t first = facts.size();
        source_ = bodies_[i].source;
        place_ = Place{};
        read_body(bodies_[i]);
        if (facts.size() > first) ranges.push_back({first, facts.size(), bodies_[i].create});
      }
    }
  }
  if (ranges.empty()) return;
  // New order: every plain fact, each create fact followed by its body.
  sort_stably(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) { return a.create < b.create; });
  std::vector<std::size_t> order;
  order.reserve(facts.size());
  std::size_t next = 0;
  for (std::size_t i = 0; i < plain; ++i) {
    order.push_back(i);
    for (; next < ranges.size() && static_cast<std::size_t>(ranges[next].create) == i; ++next) {
      for (std::size_t k = ranges[next].first; k < ranges[next].last; ++k) order.push_back(k);
    }
  }
  std::vector<std::int32_t> place(facts.size(), -1);
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = static_cast<std::int32_t>(i);
  std::vector<Fact> sorted;
  sorted.reserve(order.size());
  for (const std::size_t i : order) {
    sorted.push_back(std::move(facts[i]));
    if (sorted.back().parent >= 0) sorted.back().parent = place[static_cast<std::size_t>(sorted.back().parent)];
  }
  facts = std::move(sorted);
}

}  // namespace backstay::sql
