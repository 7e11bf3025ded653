// What a changelog does in the end: the changes of one resource folded into one.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/package/promotion/document.hpp"

namespace backstay::promotion {

// True for the types that a promotion carries over.
bool is_tracked(std::string_view type);

// ADD + MOD = ADD, ADD + DEL = nothing, MOD + MOD = MOD, DEL + ADD = MOD.
enum class Effect : std::uint8_t { nothing, add, modify, remove };

struct Net {
  Effect effect = Effect::nothing;
  std::vector<const Change*> changes;  // in order of the changelog; never empty
  const Change& first() const { return *changes.front(); }
  const Change& last() const { return *changes.back(); }
  // The newest value of a member of `after`, the oldest of `before`; null when no change tells.
  const JsonValue* after(std::string_view key) const;
  const JsonValue* before(std::string_view key) const;
};

// Production and the changes to it, by id. Borrows the document.
class Structure {
 public:
  explicit Structure(const Document& document);

  const std::vector<Net>& nets() const { return nets_; }  // tracked types only, by first change
  const Net* net(const Id& id) const;
  const Resource* production(const Id& id) const;
  bool knows_production() const { return knows_production_; }

  // The table of a field, or what production names as parent; empty when there is none.
  Id parent(const Id& id) const;
  // Deleted in the end, by itself or with what it lies in.
  bool gone(const Id& id) const;
  // Gone because something it lies in is deleted.
  bool inside_deleted(const Id& id) const;
  // Neither in production nor added.
  bool unknown(const Id& id) const;

 private:
  std::unordered_map<std::string_view, const Resource*> production_;
  std::unordered_map<std::string_view, std::size_t> net_of_;
  std::vector<Net> nets_;
  bool knows_production_ = false;
};

// The table that a field's change names; empty for other types and when neither definition tells.
Id table_of(const Change& change);

}  // namespace backstay::promotion
