#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/deploy/components.hpp"
#include "core/package/promotion/checks.hpp"
#include "core/package/promotion/net_changes.hpp"

namespace backstay::promotion {
namespace {

std::string title(const Change& change) { return change.type + " " + change.id + " (" + change.name + ")"; }

std::string quoted_type(const JsonValue& value) { return value.is(JsonValue::Kind::string) ? value.string : "?"; }

class StructureChecks {
 public:
  StructureChecks(const Document& document, Report& report) : document_(document), report_(report), structure_(document) {}

  void run() {
    check_revisions();
    replay();
    for (const Net& net : structure_.nets()) check_net(net);
    check_unchanged();
    check_users();
    check_circles();
    note_unknowns();
  }

 private:
  void check_revisions();
  void replay();
  void check_existence(const Change& change, bool exists, bool deleted);
  void check_net(const Net& net);
  void check_references(const Id& id, const std::vector<Id>& refs, const std::string& name, std::size_t at);
  void check_forward(const Net& net);
  void check_loss(const Net& net);
  void check_field(const Net& net);
  void check_type(const Net& net);
  void check_required(const Net& net);
  void check_unchanged();
  void check_users();
  void check_circles();
  void note_unknowns();
  std::vector<std::string> gone_among(const std::vector<Id>& ids) const;

  const Document& document_;
  Report& report_;
  Structure structure_;
  std::size_t without_definitions_ = 0, without_numbers_ = 0;
};

// Revisions ascend; a repeated or falling one means that two logs were mixed.
void StructureChecks::check_revisions() {
  std::unordered_set<std::int64_t> seen;
  std::int64_t last = 0;
  for (const Change& change : document_.changelog) {
    const std::string rev = "revision " + std::to_string(change.rev);
    if (!seen.insert(change.rev).second) {
      report_.add("promotion/rev-duplicate", Severity::error, change.at, rev + " is there twice");
    } else if (change.rev < last) {
      report_.add("promotion/rev-order", Severity::error, change.at, rev + " stands behind " + std::to_string(last));
    }
    last = std::max(last, change.rev);
  }
}

void StructureChecks::check_existence(const Change& change, bool exists, bool deleted) {
  const std::string rev = "revision " + std::to_string(change.rev);
  if (change.revision == Revision::add) {
    if (exists) {
      report_.add("promotion/already-exists", Severity::error, change.at, rev + " adds " + title(change) + ", which is there already");
    }
  } else if (deleted) {
    report_.add("promotion/change-after-delete", Severity::error, change.at, rev + " changes " + title(change) + " after it was deleted");
    return;
  } else if (!exists && structure_.knows_production()) {
    report_.add("promotion/missing-resource", Severity::error, change.at, rev + " changes " + title(change) + ", which neither side has");
  }
}

// Walks through the log with what exists at each point.
void StructureChecks::replay() {
  std::unordered_map<std::string_view, bool> alive;  // by the last change; production where it has none
  for (const Change& change : document_.changelog) {
    if (!is_tracked(change.type)) {
      report_.add("promotion/untracked-resource", Severity::warning, change.at,
                  "revision " + std::to_string(change.rev) + " changes " + title(change) + ", and changes of that type are not promoted");
      continue;
    }
    const auto known = alive.find(change.id);
    const bool deleted = known != alive.end() && !known->second;
    const bool exists = known != alive.end() ? known->second : structure_.production(change.id) != nullptr;
    // Something inside a deleted table cannot change either; that it goes with it may well be logged.
    const Id parent = structure_.parent(change.id);
    const auto table = alive.find(parent);
    if (!deleted && change.revision != Revision::remove && table != alive.end() && !table->second) {
      report_.add("promotion/change-after-delete", Severity::error, change.at,
                  "revision " + std::to_string(change.rev) + " changes " + title(change) + " after " + parent + ", which it lies in, was deleted");
    } else {
      check_existence(change, exists, deleted);
    }
    alive[change.id] = change.revision != Revision::remove;
  }
}

void StructureChecks::check_references(const Id& id, const std::vector<Id>& refs, const std::string& name, std::size_t at) {
  std::vector<std::string> deleted, unknown;
  for (const Id& ref : refs) {
    if (ref == id) continue;
    if (structure_.gone(ref)) {
      deleted.push_back(ref);
    } else if (structure_.knows_production() && structure_.unknown(ref)) {
      unknown.push_back(ref);
    }
  }
  if (!deleted.empty()) report_.add("promotion/broken-reference", Severity::error, at, name + " refers to " + listed(deleted) + ", which the promotion deletes");
  if (!unknown.empty()) report_.add("promotion/broken-reference", Severity::error, at, name + " refers to " + listed(unknown) + ", which neither side has");
}

// A change that uses what a later one adds: fine, as the order of applying is not that of the log.
void StructureChecks::check_forward(const Net& net) {
  for (const Change* change : net.changes) {
    if (change->revision == Revision::remove) continue;
    std::vector<std::string> later;
    for (const Id& ref : change->refs) {
      const Net* other = structure_.net(ref);
      if (!other || structure_.production(ref) || other->effect != Effect::add) continue;
      // Entries stand in one array of the text, so the later one has the larger offset.
      if (other->first().at > change->at) later.push_back(ref);
    }
    if (!later.empty()) {
      report_.add("promotion/forward-reference", Severity::info, change->at,
                  "revision " + std::to_string(change->rev) + " refers to " + listed(later) + ", added later; the order of applying takes care of it");
    }
  }
}

void StructureChecks::check_loss(const Net& net) {
  const Resource* resource = structure_.production(net.first().id);
  const std::string& type = net.first().type;
  if (!resource || (type != "table" && type != "field")) return;
  const auto& count = type == "table" ? resource->records : resource->records_with_value;
  if (!count) {
    ++without_numbers_;
  } else if (*count > 0) {
    Finding& finding = report_.add("promotion/data-loss", Severity::error, net.last().at,
                                   "revision " + std::to_string(net.last().rev) + " deletes " + title(net.last()) + " with " + grouped(*count) +
                                       (type == "table" ? " records" : " values"));
    finding.reversibility = Reversibility::no;
    finding.remedy = "export the data first and acknowledge the loss, or keep the " + type;
  }
}

void StructureChecks::check_type(const Net& net) {
  const Resource* resource = structure_.production(net.first().id);
  const JsonValue* before = net.before("type");
  if (!before && resource && resource->definition) before = resource->definition->find("type");
  const JsonValue* after = net.after("type");
  if (!before || !after || quoted_type(*before) == quoted_type(*after)) return;
  if (!resource || !resource->records_with_value) {
    ++without_numbers_;
  } else if (*resource->records_with_value > 0) {
    report_.add("promotion/field-type-change", Severity::warning, net.last().at,
                title(net.last()) + " changes from " + quoted_type(*before) + " to " + quoted_type(*after) + " and has " +
                    grouped(*resource->records_with_value) + " values");
  }
}

void StructureChecks::check_required(const Net& net) {
  const auto is_true = [](const JsonValue* value) { return value && value->is(JsonValue::Kind::boolean) && value->boolean; };
  if (!is_true(net.after("required"))) return;
  const Resource* resource = structure_.production(net.first().id);
  const Resource* table = structure_.production(structure_.parent(net.first().id));
  if (net.effect == Effect::add) {
    const JsonValue* standard = net.after("default");
    if (standard && !standard->is(JsonValue::Kind::null)) return;
    if (!table) return;  // a new table has no records
    if (!table->records) {
      ++without_numbers_;
    } else if (*table->records > 0) {
      report_.add("promotion/required-field", Severity::warning, net.last().at,
                  title(net.last()) + " is required and has no default, and its table has " + grouped(*table->records) + " records");
    }
    return;
  }
  const JsonValue* before = net.before("required");
  if (!before && resource && resource->definition) before = resource->definition->find("required");
  if (is_true(before)) return;
  if (!table || !table->records || !resource || !resource->records_with_value) {
    ++without_numbers_;
  } else if (*table->records > *resource->records_with_value) {
    report_.add("promotion/required-field", Severity::warning, net.last().at,
                title(net.last()) + " becomes required, and " + grouped(*table->records - *resource->records_with_value) + " records have no value");
  }
}

void StructureChecks::check_field(const Net& net) {
  const bool told = std::any_of(net.changes.begin(), net.changes.end(), [](const Change* change) { return change->after != nullptr; });
  if (!told) {
    ++without_definitions_;
    return;
  }
  if (net.effect == Effect::modify) check_type(net);
  check_required(net);
}

void StructureChecks::check_net(const Net& net) {
  const Id& id = net.first().id;
  check_forward(net);
  if (net.effect == Effect::nothing || structure_.inside_deleted(id)) return;
  if (net.effect == Effect::remove) {
    check_loss(net);
    return;
  }
  // The newest change that names references tells them; a partial one keeps what was there.
  const std::vector<Id>* refs = nullptr;
  for (const Change* change : net.changes) {
    if (!change->refs.empty()) refs = &change->refs;
  }
  const Resource* resource = structure_.production(id);
  if (!refs && resource) refs = &resource->refs;
  if (refs) check_references(id, *refs, "revision " + std::to_string(net.last().rev) + ": " + title(net.last()), net.last().at);
  if (net.last().type == "field") check_field(net);
}

// What production has and nobody changed can still refer to what goes.
void StructureChecks::check_unchanged() {
  if (!structure_.knows_production()) return;
  for (const Resource& resource : *document_.production->resources) {
    if (structure_.net(resource.id) || structure_.inside_deleted(resource.id)) continue;
    const std::vector<std::string> deleted = gone_among(resource.refs);
    if (deleted.empty()) continue;
    report_.add("promotion/broken-reference", Severity::error, resource.at,
                "unchanged " + resource.type + " " + resource.id + " (" + resource.name + ") refers to " + listed(deleted) + ", which the promotion deletes");
  }
}

std::vector<std::string> StructureChecks::gone_among(const std::vector<Id>& ids) const {
  std::vector<std::string> found;
  for (const Id& id : ids) {
    if (structure_.gone(id)) found.push_back(id);
  }
  return found;
}

// Programs and devices that use what changes.
void StructureChecks::check_users() {
  if (document_.integrations) {
    for (const Integration& integration : *document_.integrations) {
      const std::vector<std::string> deleted = gone_among(integration.uses);
      if (deleted.empty()) continue;
      report_.add("promotion/integration-broken", Severity::error, integration.at,
                  "integration " + integration.id + (integration.name.empty() ? "" : " (" + integration.name + ")") + " uses " + listed(deleted) +
                      ", which the promotion deletes");
    }
  }
  if (!document_.devices) return report_.not_checked("offline_devices", "whose records would go to the offload table");
  for (const Device& device : *document_.devices) {
    std::vector<std::string> changed;
    for (const Id& id : device.uses) {
      const Net* net = structure_.net(id);
      const bool shown = net && (net->last().type == "form" || net->last().type == "view");
      if (shown && (net->effect == Effect::modify || net->effect == Effect::remove)) changed.push_back(net->last().type + " " + id);
    }
    if (changed.empty()) continue;
    report_.add("promotion/offline-offload", Severity::warning, device.at,
                "device " + device.id + " works offline with " + listed(changed) + ", which changes" +
                    (device.pending_records > 0 ? "; its " + grouped(device.pending_records) + " pending records would go to the data offload table" : ""));
  }
}

// New resources that refer to each other in a circle have no order to be made in.
void StructureChecks::check_circles() {
  const std::vector<Net>& nets = structure_.nets();
  deploy::Graph graph(nets.size());
  for (std::size_t i = 0; i < nets.size(); ++i) {
    if (nets[i].effect != Effect::add) continue;
    for (const Id& ref : nets[i].last().refs) {
      const Net* other = structure_.net(ref);
      if (other && other->effect == Effect::add && other != &nets[i]) graph[i].push_back(static_cast<std::uint32_t>(other - nets.data()));
    }
  }
  for (const deploy::Tangle& tangle : deploy::find_tangles(graph)) {
    std::vector<std::string> names;
    for (const std::uint32_t i : tangle.circle) names.push_back(title(nets[i].last()));
    report_.add("order/cycle", Severity::error, nets[tangle.circle.front()].last().at, "new resources refer to each other in a circle: " + listed(names));
  }
}

void StructureChecks::note_unknowns() {
  if (without_definitions_ > 0) {
    report_.not_checked(std::to_string(without_definitions_) + " changes of fields come without definitions, so types and required values were not checked");
  }
  if (without_numbers_ > 0 && structure_.knows_production()) {
    report_.not_checked("production does not say how many records or values " + std::to_string(without_numbers_) +
                        " changed tables and fields have, so lost or missing data was not checked there");
  }
  if (document_.production && !structure_.knows_production()) report_.not_checked("production.resources", "what exists there and what would be lost");
}

}  // namespace

void check_structure(const Document& document, Report& report) { StructureChecks(document, report).run(); }

}  // namespace backstay::promotion
