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

// (package, rank) -> key by open addressing: a chained table costs three cache misses an entry, and
// a large history has millions of entries.
class KeyTable {
 public:
  explicit KeyTable(std::size_t keys) {
    std::size_t size = 16;
    while (size < keys * 2) size *= 2;
    slots_.resize(size);
  }
  void insert(std::uint32_t package, std::uint32_t rank, std::uint32_t key) {
    std::size_t at = start(package, rank);
    while (slots_[at].key != none) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {package, rank, key};
  }
  std::uint32_t find(std::uint32_t package, std::uint32_t rank) const {
    for (std::size_t at = start(package, rank);; at = (at + 1) & (slots_.size() - 1)) {
      const Slot& slot = slots_[at];
      if (slot.key == none || (slot.package == package && slot.rank == rank)) return slot.key;
    }
  }

 private:
  struct Slot {
    std::uint32_t package = 0, rank = 0, key = none;
  };
  std::size_t start(std::uint32_t package, std::uint32_t rank) const {
    std::uint64_t mixed = (std::uint64_t{package} << 32 | rank) * 0x9E3779B97F4A7C15ull;
    mixed ^= mixed >> 29;
    return static_cast<std::size_t>(mixed) & (slots_.size() - 1);
  }
  std::vector<Slot> slots_;
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

  std::vector<std::uint32_t> sorted(history.versions());
  std::iota(sorted.begin(), sorted.end(), 0u);
  std::sort(sorted.begin(), sorted.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (history.package_of(a) != history.package_of(b)) {
      return history.package_of(a) < history.package_of(b);
    }
    return rank(a) < rank(b);
  });

  KeyTable table(history.versions());
  keyed.key_of.resize(history.versions());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const std::uint32_t v = sorted[i];
    const bool same = i > 0 && history.package_of(sorted[i - 1]) == history.package_of(v) &&
                      rank(sorted[i - 1]) == rank(v);
    if (!same) {
      table.insert(history.package_of(v), rank(v), keyed.keys());
      keyed.package_of_key.push_back(history.package_of(v));
    }
    keyed.key_of[v] = keyed.keys() - 1;
  }

  keyed.key_of_entry.resize(history.entries());
  keyed.implied.assign(history.versions(), none);
  for (std::uint32_t v = 0; v < history.versions(); ++v) {
    bool names_own = false;
    for (std::uint32_t e = history.first_entry(v); e < history.end_entry(v); ++e) {
      const History::Entry& entry = history.entry(e);
      names_own = names_own || entry.package == history.package_of(v);
      keyed.key_of_entry[e] = table.find(entry.package, keyed.rank_of_text[entry.text]);
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
