#include "core/deploy/wait_view.hpp"

namespace backstay::deploy {
namespace {

// Turns counts per group, shifted by one, into first places.
void sum_up(std::vector<std::uint32_t>& first) {
  for (std::size_t i = 1; i < first.size(); ++i) first[i] += first[i - 1];
}

}  // namespace

WaitView::WaitView(const History& history, const KeyedHistory& keyed)
    : history_(history), keyed_(keyed), first_version_(keyed.keys() + 1, 0), versions_(history.versions()), first_user_(keyed.keys() + 1, 0),
      first_key_(history.packages() + 1, 0), waits_(keyed.keys(), 0), member_(keyed.keys(), 0) {
  for (std::uint32_t v = 0; v < history.versions(); ++v) ++first_version_[keyed.key_of[v] + 1];
  for (const std::uint32_t key : keyed.key_of_entry) {
    if (key != none) ++first_user_[key + 1];
  }
  for (const std::uint32_t package : keyed.package_of_key) ++first_key_[package + 1];
  sum_up(first_version_);
  sum_up(first_user_);
  sum_up(first_key_);
  users_.resize(first_user_.back());
  std::vector<std::uint32_t> version_at(first_version_.begin(), first_version_.end() - 1), user_at(first_user_.begin(), first_user_.end() - 1);
  for (std::uint32_t v = 0; v < history.versions(); ++v) {
    versions_[version_at[keyed.key_of[v]]++] = v;
    for (std::uint32_t e = history.first_entry(v); e < history.end_entry(v); ++e) {
      if (keyed.key_of_entry[e] != none) users_[user_at[keyed.key_of_entry[e]]++] = v;
    }
  }
}

template <class Visit>
void WaitView::each_out(std::uint32_t key, Visit visit) const {
  for (std::uint32_t i = first_version_[key]; i < first_version_[key + 1]; ++i) {
    const std::uint32_t v = versions_[i];
    for (std::uint32_t e = history_.first_entry(v); e < history_.end_entry(v); ++e) {
      const std::uint32_t named = keyed_.key_of_entry[e];
      if (named != none && counts(v, named)) visit(named);
    }
    if (keyed_.implied[v] != none) visit(keyed_.implied[v]);
  }
  // Whoever names the number before has to run first.
  const std::uint32_t step = before(key);
  if (step == none) return;
  for (std::uint32_t i = first_user_[step]; i < first_user_[step + 1]; ++i) {
    const std::uint32_t user = users_[i];
    if (counts(user, step) && keyed_.key_of[user] != key) visit(keyed_.key_of[user]);
  }
}

template <class Visit>
void WaitView::each_in(std::uint32_t key, Visit visit) const {
  for (std::uint32_t i = first_user_[key]; i < first_user_[key + 1]; ++i) {
    if (counts(users_[i], key)) visit(keyed_.key_of[users_[i]]);
  }
  if (const std::uint32_t next = after(key); next != none) {
    for (std::uint32_t i = first_version_[next]; i < first_version_[next + 1]; ++i) {
      if (keyed_.implied[versions_[i]] == key) visit(next);
    }
  }
  for (std::uint32_t i = first_version_[key]; i < first_version_[key + 1]; ++i) {
    const std::uint32_t v = versions_[i];
    for (std::uint32_t e = history_.first_entry(v); e < history_.end_entry(v); ++e) {
      const std::uint32_t named = keyed_.key_of_entry[e];
      if (named == none || !counts(v, named)) continue;
      const std::uint32_t next = after(named);
      if (next != none && next != key) visit(next);
    }
  }
}

bool WaitView::has_circle(const std::vector<std::uint32_t>& members) {
  for (const std::uint32_t key : members) member_[key] = 1;
  for (const std::uint32_t key : members) {
    std::uint32_t count = 0;
    each_out(key, [&](std::uint32_t to) { count += member_[to]; });
    waits_[key] = count;
  }
  queue_.clear();
  for (const std::uint32_t key : members) {
    if (waits_[key] == 0) queue_.push_back(key);
  }
  // What waits for nothing goes, with the waits for it; repeated edges were counted as often as they are met here.
  for (std::size_t i = 0; i < queue_.size(); ++i) {
    each_in(queue_[i], [&](std::uint32_t from) {
      if (member_[from] && --waits_[from] == 0) queue_.push_back(from);
    });
  }
  for (const std::uint32_t key : members) member_[key] = 0;
  return queue_.size() < members.size();
}

// Everything that `each(key, visit)` leads to from `start`, itself included.
template <class Each>
const std::vector<bool>& WaitView::reach(std::uint32_t start, Each each) {
  reached_.assign(keyed_.keys(), false);
  queue_.assign(1, start);
  reached_[start] = true;
  while (!queue_.empty()) {
    const std::uint32_t at = queue_.back();
    queue_.pop_back();
    each(at, [&](std::uint32_t next) {
      if (reached_[next]) return;
      reached_[next] = true;
      queue_.push_back(next);
    });
  }
  return reached_;
}

const std::vector<bool>& WaitView::needed_by(std::uint32_t start) {
  return reach(start, [&](std::uint32_t key, const auto& visit) { each_out(key, visit); });
}

const std::vector<bool>& WaitView::needing(std::uint32_t start) {
  return reach(start, [&](std::uint32_t key, const auto& visit) { each_in(key, visit); });
}

}  // namespace backstay::deploy
