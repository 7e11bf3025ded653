#include "core/package/promotion/net_changes.hpp"

#include <algorithm>
#include <array>

namespace backstay::promotion {
namespace {

constexpr std::array<std::string_view, 11> tracked = {"app",  "table",              "field", "form",       "view",      "dashboard",
                                                      "role", "table_relationship", "flow",  "app_script", "user_group"};

// A chain of parents longer than this is a circle.
constexpr int max_parents = 32;

Effect fold(Effect before, bool in_production, Revision revision) {
  switch (revision) {
    case Revision::add: return before == Effect::remove || in_production ? Effect::modify : Effect::add;
    case Revision::modify: return before == Effect::add ? Effect::add : Effect::modify;
    case Revision::remove: return before == Effect::add && !in_production ? Effect::nothing : Effect::remove;
  }
  return before;
}

}  // namespace

bool is_tracked(std::string_view type) { return std::find(tracked.begin(), tracked.end(), type) != tracked.end(); }

Id table_of(const Change& change) {
  if (change.type != "field") return {};
  for (const JsonValue* definition : {change.after, change.before}) {
    const JsonValue* table = definition ? definition->find("table") : nullptr;
    if (!table) continue;
    if (table->is(JsonValue::Kind::integer)) return std::to_string(table->integer);
    if (table->is(JsonValue::Kind::string)) return table->string;
  }
  return {};
}

const JsonValue* Net::after(std::string_view key) const {
  for (auto at = changes.rbegin(); at != changes.rend(); ++at) {
    const JsonValue* found = (*at)->after ? (*at)->after->find(key) : nullptr;
    if (found) return found;
  }
  return nullptr;
}

const JsonValue* Net::before(std::string_view key) const {
  for (const Change* change : changes) {
    const JsonValue* found = change->before ? change->before->find(key) : nullptr;
    if (found) return found;
  }
  return nullptr;
}

Structure::Structure(const Document& document) {
  if (document.production && document.production->resources) {
    knows_production_ = true;
    for (const Resource& resource : *document.production->resources) production_.try_emplace(resource.id, &resource);
  }
  for (const Change& change : document.changelog) {
    if (!is_tracked(change.type)) continue;
    const auto [at, is_new] = net_of_.try_emplace(change.id, nets_.size());
    if (is_new) nets_.emplace_back();
    Net& net = nets_[at->second];
    net.effect = fold(net.effect, production(change.id) != nullptr, change.revision);
    net.changes.push_back(&change);
  }
}

const Net* Structure::net(const Id& id) const {
  const auto found = net_of_.find(id);
  return found == net_of_.end() ? nullptr : &nets_[found->second];
}

const Resource* Structure::production(const Id& id) const {
  const auto found = production_.find(id);
  return found == production_.end() ? nullptr : found->second;
}

Id Structure::parent(const Id& id) const {
  if (const Net* changed = net(id)) {
    for (auto at = changed->changes.rbegin(); at != changed->changes.rend(); ++at) {
      Id table = table_of(**at);
      if (!table.empty()) return table;
    }
  }
  const Resource* resource = production(id);
  return resource ? resource->parent : Id{};
}

bool Structure::inside_deleted(const Id& id) const {
  Id at = parent(id);
  for (int i = 0; i < max_parents && !at.empty(); ++i) {
    const Net* changed = net(at);
    if (changed && changed->effect == Effect::remove) return true;
    at = parent(at);
  }
  return false;
}

bool Structure::gone(const Id& id) const {
  const Net* changed = net(id);
  return (changed && changed->effect == Effect::remove) || inside_deleted(id);
}

bool Structure::unknown(const Id& id) const {
  const Net* changed = net(id);
  return !production(id) && (!changed || changed->effect == Effect::nothing);
}

}  // namespace backstay::promotion
