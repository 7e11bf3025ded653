// Deployment versions and what they name, as data to sort: the input of the sorter and of the wait graph.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace backstay::deploy {

inline constexpr std::uint32_t none = 0xFFFFFFFF;

// Version texts are stored once each: a large history names the same few numbers again and again.
// Limits: fewer than 2^32 - 1 versions, entries and texts.
class History {
 public:
  struct Package {
    std::string id;    // normal form of a GUID, or whatever the source uses as identity
    std::string name;  // of its first version; empty for a package that is only named in entries
  };
  struct Entry {
    std::uint32_t package, text;
  };

  // Index of the package with this id; makes it when it is new. The first non-empty name stays.
  std::uint32_t package(std::string_view id, std::string_view name = {});
  // Index of a version text, blanks kept.
  std::uint32_t text(std::string_view number);
  // Appends a version; entries added afterwards belong to it.
  std::uint32_t add_version(std::uint32_t package, std::uint32_t text);
  void add_entry(std::uint32_t package, std::uint32_t text) { entries_.push_back({package, text}); }

  std::uint32_t versions() const { return static_cast<std::uint32_t>(package_of_.size()); }
  std::uint32_t packages() const { return static_cast<std::uint32_t>(packages_.size()); }
  std::uint32_t entries() const { return static_cast<std::uint32_t>(entries_.size()); }
  std::uint32_t package_of(std::uint32_t version) const { return package_of_[version]; }
  std::uint32_t text_of(std::uint32_t version) const { return text_of_[version]; }
  std::uint32_t first_entry(std::uint32_t version) const { return first_entry_[version]; }
  std::uint32_t end_entry(std::uint32_t version) const {
    return version + 1 < versions() ? first_entry_[version + 1] : entries();
  }
  const Entry& entry(std::uint32_t index) const { return entries_[index]; }
  void set_entry_text(std::uint32_t index, std::uint32_t text) { entries_[index].text = text; }

  const std::vector<std::string>& texts() const { return texts_; }
  const Package& package_at(std::uint32_t index) const { return packages_[index]; }
  const std::string& number(std::uint32_t version) const { return texts_[text_of_[version]]; }
  // Name of the package, or its id when no version of it is there.
  const std::string& label(std::uint32_t package) const;
  // "Security 5.3.1".
  std::string title(std::uint32_t version) const;

 private:
  std::vector<Package> packages_;
  std::vector<std::string> texts_;
  std::unordered_map<std::string, std::uint32_t> package_index_, text_index_;
  std::vector<std::uint32_t> package_of_, text_of_, first_entry_;
  std::vector<Entry> entries_;
};

// The same as keys: a key is one number of one package, shared by all versions that have it.
// Keys of a package are consecutive and ascend with the number.
struct KeyedHistory {
  std::vector<std::uint32_t> rank_of_text;    // equal numbers, equal rank; ranks ascend with numbers
  std::vector<std::uint32_t> key_of;          // per version
  std::vector<std::uint32_t> package_of_key;
  std::vector<std::uint32_t> key_of_entry;    // per entry; `none` when no version has that number
  std::vector<std::uint32_t> implied;         // per version: key of the predecessor it waits for, or `none`

  std::uint32_t keys() const { return static_cast<std::uint32_t>(package_of_key.size()); }
};

// O((V + E) + V log V). A text that is no number counts as 0.0.
KeyedHistory key_history(const History& history);

}  // namespace backstay::deploy
