#include "core/deploy/history.hpp"

#include <algorithm>
#include <numeric>

#include "core/deploy/version_number.hpp"

namespace backstay::deploy {
namespace {

std::uint32_t size32(std::size_t size) { return static_cast<std::uint32_t>(size); }

// Ranks of the distinct numbers behind the texts.
std::vector<std::uint32_t> rank_texts(const std::vector<std::string>& texts) {
  std::vector<VersionParts> parts(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) parse_version_number(texts[i], parts[i]);
  std::vector<std::uint32_t> by_number(texts.size());
  std::iota(by_number.begin(), by_number.end(), 0u);
  std::sort(by_number.begin(), by_number.end(), [&](std::uint32_t a, std::uint32_t b) {
    return compare_versions(parts[a], parts[b]) < 0;
  });
  std::vector<std::uint32_t> rank(texts.size());
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < by_number.size(); ++i) {
    if (i > 0 && compare_versions(parts[by_number[i - 1]], parts[by_number[i]]) != 0) ++next;
    rank[by_number[i]] = next;
  }
  return rank;
}

// Versions by package and number. Models hand them over in that order already, so that is looked at first.
std::vector<std::uint32_t> by_package_and_rank(const History& history, const std::vector<std::uint32_t>& rank) {
  std::vector<std::uint32_t> sorted(history.versions());
  std::iota(sorted.begin(), sorted.end(), 0u);
  const auto before = [&](std::uint32_t a, std::uint32_t b) {
    if (history.package_of(a) != history.package_of(b)) return history.package_of(a) < history.package_of(b);
    return rank[history.text_of(a)] < rank[history.text_of(b)];
  };
  if (!std::is_sorted(sorted.begin(), sorted.end(), before)) std::sort(sorted.begin(), sorted.end(), before);
  return sorted;
}

// (package, rank) -> key. Keys of a package ascend with their ranks. Where those lie close together, as numbers of one
// package do, a table from rank to key; else a search among them. A hash table for all costs a cache miss an entry, and a
// large history has millions of entries.
class KeyIndex {
 public:
  // `rank_of_key` and `package_of_key`: of all keys, in their order; borrowed.
  KeyIndex(std::uint32_t packages, const std::vector<std::uint32_t>& rank_of_key, const std::vector<std::uint32_t>& package_of_key)
      : ranks_(rank_of_key), ranges_(packages) {
    for (std::size_t i = 0; i < package_of_key.size();) {
      std::size_t end = i + 1;
      while (end < package_of_key.size() && package_of_key[end] == package_of_key[i]) ++end;
      add(ranges_[package_of_key[i]], size32(i), size32(end));
      i = end;
    }
  }
  std::uint32_t find(std::uint32_t package, std::uint32_t rank) const {
    const Range& range = ranges_[package];
    if (rank < range.lowest || rank > range.highest) return none;
    if (range.table != none) return table_[range.table + (rank - range.lowest)];
    const auto first = ranks_.begin() + range.first, end = ranks_.begin() + range.end;
    const auto found = std::lower_bound(first, end, rank);
    return found != end && *found == rank ? size32(static_cast<std::size_t>(found - ranks_.begin())) : none;
  }

 private:
  struct Range {
    std::uint32_t lowest = 1, highest = 0;  // ranks
    std::uint32_t first = 0, end = 0;       // keys
    std::uint32_t table = none;             // where its part of table_ begins
  };
  void add(Range& range, std::uint32_t first, std::uint32_t end) {
    range = {ranks_[first], ranks_[end - 1], first, end, none};
    const std::uint64_t width = std::uint64_t{range.highest} - range.lowest + 1;
    if (width > 4 * std::uint64_t{end - first} + 4 || table_.size() + width >= none) return;
    range.table = size32(table_.size());
    table_.resize(table_.size() + static_cast<std::size_t>(width), none);
    for (std::uint32_t key = first; key < end; ++key) table_[range.table + (ranks_[key] - range.lowest)] = key;
  }

  const std::vector<std::uint32_t>& ranks_;
  std::vector<Range> ranges_;
  std::vector<std::uint32_t> table_;
};

}  // namespace

std::uint32_t History::package(std::string_view id, std::string_view name) {
  const auto [at, is_new] = package_index_.try_emplace(std::string(id), size32(packages_.size()));
  if (is_new) packages_.push_back({std::string(id), std::string(name)});
  Package& package = packages_[at->second];
  if (package.name.empty()) package.name = name;
  return at->second;
}

std::uint32_t History::text(std::string_view number) {
  const auto [at, is_new] = text_index_.try_emplace(std::string(number), size32(texts_.size()));
  if (is_new) texts_.push_back(at->first);
  return at->second;
}

std::uint32_t History::add_version(std::uint32_t package, std::uint32_t text) {
  package_of_.push_back(package);
  text_of_.push_back(text);
  first_entry_.push_back(size32(entries_.size()));
  return versions() - 1;
}

const std::string& History::label(std::uint32_t package) const {
  return packages_[package].name.empty() ? packages_[package].id : packages_[package].name;
}

std::string History::title(std::uint32_t version) const {
  return label(package_of_[version]) + " " + number(version);
}

KeyedHistory key_history(const History& history) {
  KeyedHistory keyed;
  keyed.rank_of_text = rank_texts(history.texts());
  const auto rank = [&](std::uint32_t v) { return keyed.rank_of_text[history.text_of(v)]; };

  const std::vector<std::uint32_t> sorted = by_package_and_rank(history, keyed.rank_of_text);
  std::vector<std::uint32_t> rank_of_key;
  rank_of_key.reserve(history.versions());
  keyed.package_of_key.reserve(history.versions());
  keyed.key_of.resize(history.versions());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const std::uint32_t v = sorted[i];
    const bool same = i > 0 && history.package_of(sorted[i - 1]) == history.package_of(v) && rank_of_key.back() == rank(v);
    if (!same) {
      keyed.package_of_key.push_back(history.package_of(v));
      rank_of_key.push_back(rank(v));
    }
    keyed.key_of[v] = keyed.keys() - 1;
  }
  const KeyIndex index(history.packages(), rank_of_key, keyed.package_of_key);

  keyed.key_of_entry.resize(history.entries());
  keyed.implied.assign(history.versions(), none);
  for (std::uint32_t v = 0; v < history.versions(); ++v) {
    bool names_own = false;
    for (std::uint32_t e = history.first_entry(v); e < history.end_entry(v); ++e) {
      const History::Entry& entry = history.entry(e);
      names_own = names_own || entry.package == history.package_of(v);
      keyed.key_of_entry[e] = index.find(entry.package, keyed.rank_of_text[entry.text]);
    }
    // One entry for the own package - any number, even an absent one - replaces the implied wait.
    const std::uint32_t key = keyed.key_of[v];
    if (!names_own && key > 0 && keyed.package_of_key[key - 1] == history.package_of(v)) {
      keyed.implied[v] = key - 1;
    }
  }
  return keyed;
}

}  // namespace backstay::deploy
