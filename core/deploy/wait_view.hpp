// The wait graph (wait_graph.hpp) without building it: edges are read off the lists, so that leaving a few
// entries out costs nothing. For large histories, where a graph for every trial would take most of the time.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/deploy/history.hpp"
#include "core/deploy/wait_graph.hpp"

namespace backstay::deploy {

// Both arguments must outlive this. O(V + E) to make; nodes are keys.
class WaitView {
 public:
  WaitView(const History& history, const KeyedHistory& keyed);

  // The entries of `left_out` do not count from now on.
  void leave_out(const NamedKey& left_out) { left_out_ = left_out; }

  // Whether `members` (a strong component of the whole graph) have a circle among them.
  bool has_circle(const std::vector<std::uint32_t>& members);
  // All keys that `start` waits for, directly or not, and all that wait for it; `start` included.
  const std::vector<bool>& needed_by(std::uint32_t start);
  const std::vector<bool>& needing(std::uint32_t start);

  // Keys of a package, as a range.
  std::pair<std::uint32_t, std::uint32_t> keys_of(std::uint32_t package) const { return {first_key_[package], first_key_[package + 1]}; }

 private:
  template <class Visit>
  void each_out(std::uint32_t key, Visit visit) const;
  template <class Visit>
  void each_in(std::uint32_t key, Visit visit) const;
  template <class Each>
  const std::vector<bool>& reach(std::uint32_t start, Each each);
  bool counts(std::uint32_t version, std::uint32_t named) const { return !(left_out_.version == version && left_out_.named == named); }
  std::uint32_t before(std::uint32_t key) const {
    return key > 0 && keyed_.package_of_key[key - 1] == keyed_.package_of_key[key] ? key - 1 : none;
  }
  std::uint32_t after(std::uint32_t key) const {
    return key + 1 < keyed_.keys() && keyed_.package_of_key[key + 1] == keyed_.package_of_key[key] ? key + 1 : none;
  }

  const History& history_;
  const KeyedHistory& keyed_;
  std::vector<std::uint32_t> first_version_, versions_;  // of each key
  std::vector<std::uint32_t> first_user_, users_;        // versions with an entry for each key, perhaps repeated
  std::vector<std::uint32_t> first_key_;                 // of each package
  NamedKey left_out_;
  std::vector<std::uint32_t> waits_, queue_;             // scratch
  std::vector<std::uint8_t> member_;
  std::vector<bool> reached_;
};

}  // namespace backstay::deploy
