// The changes of a promotion as calls of the host, in the order of the promotion format (section 3): adds and
// changes each after what it refers to, deletes backwards.
#include <array>
#include <string_view>
#include <unordered_map>

#include "core/apply/plan_builder.hpp"
#include "core/base/sorting.hpp"
#include "core/package/promotion/net_changes.hpp"
#include "core/report/json_writer.hpp"

namespace backstay::apply {
namespace {

using promotion::Effect;
using promotion::Net;

// Kinds of resources in the order they are made; those of equal place in the order of the changelog.
constexpr std::array<std::pair<std::string_view, int>, 11> places = {{{"app", 0}, {"table", 1}, {"field", 2}, {"table_relationship", 3},
    {"form", 4}, {"view", 4}, {"dashboard", 4}, {"flow", 4}, {"app_script", 4}, {"role", 5}, {"user_group", 5}}};

int place_of(std::string_view type) {
  for (const auto& [name, place] : places) {
    if (name == type) return place;
  }
  return 6;
}

// The JSON of a value as it stands in the file.
std::string_view slice(std::string_view text, std::size_t start) {
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = start; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      else if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (--depth == 0) return text.substr(start, i + 1 - start);
    }
  }
  return "null";
}

std::string_view slice_of(const promotion::Document& document, const JsonValue* value) {
  if (!value) return "null";
  // Offsets count a byte order mark, the text does not have one.
  const bool marked = document.text.encoding() == TextEncoding::utf8_mark;
  return slice(document.text.text(), value->offset - (marked ? 3 : 0));
}

std::string parameters_of(const promotion::Document& document, const Net& net) {
  std::string json;
  report::JsonWriter writer(json, 0);
  const JsonValue *before = nullptr, *after = nullptr;
  for (const promotion::Change* change : net.changes) {
    if (!before) before = change->before;
    if (change->after) after = change->after;
  }
  writer.begin_object();
  writer.member("resource_id", net.last().id);
  writer.member("resource_type", net.last().type);
  writer.member("resource_name", net.last().name);
  writer.member_or_null("app_name", net.last().app);
  writer.key("revs");
  writer.begin_array();
  for (const promotion::Change* change : net.changes) writer.signed_number(change->rev);
  writer.end_array();
  writer.key("before");
  writer.raw(net.effect == Effect::add ? "null" : slice_of(document, before));
  writer.key("after");
  writer.raw(net.effect == Effect::remove ? "null" : slice_of(document, after));
  writer.end_object();
  return json;
}

class PromotionPlan {
 public:
  PromotionPlan(PlanBuilder& plan, const promotion::Document& document) : plan_(plan), document_(document), structure_(document) {}

  void promote() {
    std::vector<const Net*> made, removed;
    for (const Net& net : structure_.nets()) {
      if (net.effect == Effect::remove) removed.push_back(&net);
      if (net.effect == Effect::add || net.effect == Effect::modify) made.push_back(&net);
    }
    for (const Net* net : arranged(made)) add(*net);
    const std::vector<const Net*> backwards = arranged(removed);
    for (auto net = backwards.rbegin(); net != backwards.rend(); ++net) add(**net);
    for (const promotion::Change& change : document_.changelog) {
      if (promotion::is_tracked(change.type)) continue;
      Package none;
      none.name = change.app;
      plan_.skip(none, change.type + " " + change.name, "a promotion does not carry this kind of resource");
    }
  }

 private:
  // Each after what it refers to; by kind, then as in the changelog. What refers to each other in a circle keeps that.
  std::vector<const Net*> arranged(std::vector<const Net*> nets) const {
    sort_stably(nets.begin(), nets.end(), [](const Net* a, const Net* b) { return place_of(a->last().type) < place_of(b->last().type); });
    std::unordered_map<std::string_view, std::size_t> index_of;
    for (std::size_t i = 0; i < nets.size(); ++i) index_of.try_emplace(nets[i]->last().id, i);
    std::vector<const Net*> ordered;
    std::vector<bool> seen(nets.size(), false);
    // Depth first with an explicit stack: a changelog may chain as many resources as it has.
    for (std::size_t start = 0; start < nets.size(); ++start) {
      std::vector<std::pair<std::size_t, std::size_t>> stack;  // resource, next reference
      if (!seen[start]) stack.emplace_back(start, 0);
      seen[start] = true;
      while (!stack.empty()) {
        const std::size_t at = stack.back().first;
        const std::vector<promotion::Id>& refs = nets[at]->last().refs;
        if (stack.back().second == refs.size()) {
          ordered.push_back(nets[at]);
          stack.pop_back();
          continue;
        }
        const auto to = index_of.find(refs[stack.back().second++]);
        if (to == index_of.end() || seen[to->second]) continue;
        seen[to->second] = true;
        stack.emplace_back(to->second, 0);
      }
    }
    return ordered;
  }

  void add(const Net& net) {
    PlanStep step;
    step.kind = StepKind::host_call;
    step.package = net.last().app;
    step.element = net.last().type + " " + net.last().name;
    step.action = net.effect == Effect::add ? "promote-add" : net.effect == Effect::modify ? "promote-change" : "promote-delete";
    step.parameters = parameters_of(document_, net);
    step.transaction = StepTransaction::none;
    step.change = net.effect == Effect::add ? Change::added : Change::changed;
    step.reversible = class_of(net, step.reason);
    plan_.add(std::move(step));
  }

  Reversible class_of(const Net& net, std::string& reason) const {
    const bool holds_data = net.last().type == "table" || net.last().type == "field";
    const promotion::Resource* there = structure_.production(net.last().id);
    if (net.effect == Effect::add) {
      reason = "new: taking it away undoes it";
      return Reversible::r0;
    }
    const std::optional<std::int64_t> filled = !there ? std::nullopt : net.last().type == "table" ? there->records : there->records_with_value;
    if (net.effect == Effect::remove && holds_data && filled.value_or(1) > 0) {
      reason = filled ? std::to_string(*filled) + " records or values go with it" : "records or values may go with it: production was not looked at";
      return Reversible::r3;
    }
    reason = "its definition before the change is kept";
    return Reversible::r1;
  }

  PlanBuilder& plan_;
  const promotion::Document& document_;
  promotion::Structure structure_;
};

}  // namespace

void plan_promotion(PlanBuilder& plan, const promotion::Document& document) { PromotionPlan(plan, document).promote(); }

}  // namespace backstay::apply
