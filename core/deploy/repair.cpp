#include "core/deploy/repair.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "core/base/sorting.hpp"
#include "core/deploy/repair_search.hpp"
#include "core/deploy/sorter.hpp"
#include "core/deploy/wait_graph.hpp"
#include "core/deploy/wait_view.hpp"

namespace backstay::deploy {
namespace {

constexpr std::string_view vendor_packages[] = {"147fa70d-6519-4393-b5d0-87931f9fd609", "951f2cda-2867-4b99-8824-071fa8749ead"};

bool vendor_maintained(const History& history, std::uint32_t version) {
  const std::string& id = history.package_at(history.package_of(version)).id;
  return std::find(std::begin(vendor_packages), std::end(vendor_packages), id) != std::end(vendor_packages);
}

// Where the graph has room for the lines of a version.
struct Slot {
  std::uint32_t to = none;  // key nearest to the present one; none when not even the first of the package fits
};

// `graph` does not hold the entry. It fits from the highest number that the version needs anyway to the highest
// that does not need the version.
Slot nearest_slot(const KeyedHistory& keyed, const Graph& graph, const NamedKey& entry) {
  const std::uint32_t own = keyed.key_of[entry.version], package = keyed.package_of_key[entry.named];
  const std::vector<bool> needed = reached_from(graph, own), needing = reached_from(reversed(graph), own);
  std::uint32_t lowest = none, highest = none;
  for (std::uint32_t key = 0; key < keyed.keys(); ++key) {
    if (keyed.package_of_key[key] != package) continue;
    if (needed[key]) lowest = key;
    if (!needing[key]) highest = key;
  }
  if (highest == none) return {};
  if (lowest != none && lowest > highest) return {};  // it waits for itself by other ways
  if (lowest != none && entry.named < lowest) return {lowest};
  return {std::min(entry.named, highest)};
}

// The same without a graph.
Slot nearest_slot(WaitView& view, const KeyedHistory& keyed, const NamedKey& entry) {
  view.leave_out(entry);
  const std::uint32_t own = keyed.key_of[entry.version];
  const auto [first, end] = view.keys_of(keyed.package_of_key[entry.named]);
  std::uint32_t lowest = none, highest = none;
  const std::vector<bool>& needed = view.needed_by(own);
  for (std::uint32_t key = first; key < end; ++key) {
    if (needed[key]) lowest = key;
  }
  const std::vector<bool>& needing = view.needing(own);
  for (std::uint32_t key = first; key < end; ++key) {
    if (!needing[key]) highest = key;
  }
  if (highest == none || (lowest != none && lowest > highest)) return {};
  if (lowest != none && entry.named < lowest) return {lowest};
  return {std::min(entry.named, highest)};
}

Edit edit_to(const History& history, const KeyedHistory& keyed, const NamedKey& entry, std::uint32_t to, const std::vector<std::uint32_t>& version_of) {
  Edit edit;
  edit.version = entry.version;
  edit.package = keyed.package_of_key[entry.named];
  for (std::uint32_t e = history.end_entry(entry.version); e-- > history.first_entry(entry.version);) {
    if (keyed.key_of_entry[e] == entry.named) edit.from = history.entry(e).text;
  }
  if (to == none) return edit;
  edit.to = history.text_of(version_of[to]);
  edit.raises = to > entry.named;
  edit.steps = edit.raises ? to - entry.named : entry.named - to;
  return edit;
}

// Gives the entries numbers one after the other, each the nearest that the graph with those before it allows.
// An entry whose number may stay is no edit.
std::vector<Edit> assign(const History& history, const KeyedHistory& keyed, const FreeSet& set, const FreeSet& sequence,
                         const std::vector<std::uint32_t>& version_of) {
  Graph graph = wait_graph(history, keyed, set);
  std::vector<Edit> edits;
  for (const NamedKey& entry : sequence) {
    const Slot slot = nearest_slot(keyed, graph, entry);
    if (slot.to != none) add_entry(graph, keyed, {entry.version, slot.to});
    if (slot.to != entry.named) edits.push_back(edit_to(history, keyed, entry, slot.to, version_of));
  }
  return edits;
}

// Smaller is better.
auto rank(const History& history, const Proposal& proposal) {
  std::size_t removals = 0, lowerings = 0, vendor = 0, steps = 0, early = 0;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> places;
  for (const Edit& edit : proposal.edits) {
    removals += edit.to == none;
    lowerings += !edit.raises;
    vendor += vendor_maintained(history, edit.version);
    steps += edit.steps;
    early += history.versions() - edit.version;  // versions come in the order of the package list
    places.emplace_back(edit.version, edit.from);
  }
  return std::tuple(proposal.edits.size(), removals, lowerings, vendor, steps, early, places);
}

void sort_proposals(const History& history, std::vector<Proposal>& proposals) {
  sort_stably(proposals.begin(), proposals.end(), [&](const Proposal& a, const Proposal& b) { return rank(history, a) < rank(history, b); });
}

bool is_same(const Proposal& a, const Proposal& b) {
  const auto same = [](const Edit& x, const Edit& y) { return x.version == y.version && x.package == y.package && x.from == y.from && x.to == y.to; };
  return std::equal(a.edits.begin(), a.edits.end(), b.edits.begin(), b.edits.end(), same);
}

// Whether a list that has to keep a line loses all.
bool empties_a_list(const History& history, const KeyedHistory& keyed, const std::vector<Edit>& edits, const std::vector<bool>& keeps_one) {
  for (const Edit& edit : edits) {
    if (edit.to != none || keeps_one.empty() || !keeps_one[edit.version]) continue;
    bool keeps = false;
    for (std::uint32_t e = history.first_entry(edit.version); e < history.end_entry(edit.version); ++e) {
      const History::Entry& entry = history.entry(e);
      const bool goes = std::any_of(edits.begin(), edits.end(), [&](const Edit& other) {
        return other.version == edit.version && other.to == none && other.package == entry.package &&
               keyed.rank_of_text[other.from] == keyed.rank_of_text[entry.text];
      });
      keeps = keeps || !goes;
    }
    if (!keeps) return true;
  }
  return false;
}

// key_history(made) of the history with edits made. When numbers of other packages were changed and nothing went, the keys
// are those from before: only what the changed entries name is new.
KeyedHistory keyed_after(const History& history, const KeyedHistory& keyed, const History& made, const std::vector<Edit>& edits) {
  const bool same_keys = std::all_of(edits.begin(), edits.end(), [&](const Edit& edit) {
    return edit.to != none && edit.package != history.package_of(edit.version) && edit.to < keyed.rank_of_text.size();
  });
  if (!same_keys) return key_history(made);
  KeyedHistory after = keyed;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> key_of;  // (package, rank), of what the edits name
  for (const Edit& edit : edits) key_of[{edit.package, keyed.rank_of_text[edit.to]}] = none;
  for (std::uint32_t v = 0; v < made.versions(); ++v) {
    const auto found = key_of.find({made.package_of(v), keyed.rank_of_text[made.text_of(v)]});
    if (found != key_of.end()) found->second = keyed.key_of[v];
  }
  for (const Edit& edit : edits) {
    for (std::uint32_t e = made.first_entry(edit.version); e < made.end_entry(edit.version); ++e) {
      if (made.entry(e).text == history.entry(e).text) continue;
      after.key_of_entry[e] = key_of.at({made.entry(e).package, keyed.rank_of_text[made.entry(e).text]});
    }
  }
  return after;
}

// Proves edits by sorting the edited set: equal numbers and odd own-package entries are beyond the graph.
void add_if_proved(const History& history, const KeyedHistory& keyed, std::vector<Edit> edits, const std::vector<bool>& keeps_one,
                   std::vector<Proposal>& into) {
  if (empties_a_list(history, keyed, edits, keeps_one)) return;
  // An edit means every line of a list that names the number: a list that says it twice needs one.
  const auto line_of = [&](const Edit& edit) { return std::make_tuple(edit.version, edit.package, keyed.rank_of_text[edit.from]); };
  sort_stably(edits.begin(), edits.end(), [&](const Edit& a, const Edit& b) { return line_of(a) < line_of(b); });
  edits.erase(std::unique(edits.begin(), edits.end(), [&](const Edit& a, const Edit& b) { return line_of(a) == line_of(b); }), edits.end());
  Proposal proposal{std::move(edits), {}};
  for (const Proposal& known : into) {
    if (is_same(known, proposal)) return;
  }
  const History made = edited(history, keyed, proposal.edits);
  SortOutcome outcome = sort_history(made, keyed_after(history, keyed, made, proposal.edits));
  if (!outcome.ok()) return;
  proposal.order = std::move(outcome.order);
  into.push_back(std::move(proposal));
}

// Removals of entries for the own package that are not the predecessor: they disable the implied wait.
std::vector<Edit> own_entry_removals(const History& history, const KeyedHistory& keyed, const std::vector<std::uint32_t>& editable) {
  std::vector<Edit> edits;
  for (std::uint32_t v = 0; v < history.versions(); ++v) {
    for (std::uint32_t e = history.first_entry(v); e < history.first_entry(v) + editable[v]; ++e) {
      const History::Entry& entry = history.entry(e);
      const std::uint32_t key = keyed.key_of_entry[e];
      const bool is_predecessor = key != none && key + 1 == keyed.key_of[v];
      if (entry.package == history.package_of(v) && !is_predecessor) edits.push_back({v, entry.package, entry.text, none, false, 0});
    }
  }
  return edits;
}

// Sets of several edits on top of `base`, which are removals already decided on.
void add_sets(const History& history, const KeyedHistory& keyed, const std::vector<std::uint32_t>& editable, const std::vector<Edit>& base,
              const std::vector<bool>& keeps_one, std::vector<Proposal>& into) {
  const History start = base.empty() ? history : edited(history, keyed, base);
  const KeyedHistory start_keyed = base.empty() ? keyed : key_history(start);
  std::vector<std::uint32_t> entries = editable;
  for (std::uint32_t v = 0; v < history.versions(); ++v) {
    const std::uint32_t before = history.end_entry(v) - history.first_entry(v), after = start.end_entry(v) - start.first_entry(v);
    entries[v] -= before - after;
  }
  const std::vector<std::uint32_t> version_of = versions_of_keys(start, start_keyed);
  for (const FreeSet& set : entries_to_free(start, start_keyed, entries, base.empty() ? 2 : 0).sets) {
    FreeSet sequence = set;
    // For a few every sequence is tried: the first one chooses its number with the most freedom.
    do {
      std::vector<Edit> edits = assign(start, start_keyed, set, sequence, version_of);
      edits.insert(edits.end(), base.begin(), base.end());
      if (!edits.empty()) add_if_proved(history, keyed, std::move(edits), keeps_one, into);
    } while (set.size() <= 3 && std::next_permutation(sequence.begin(), sequence.end()));
  }
}

}  // namespace

History edited(const History& history, const KeyedHistory& keyed, const std::vector<Edit>& edits) {
  const auto edit_of = [&](std::uint32_t version, const History::Entry& entry) -> const Edit* {
    for (const Edit& edit : edits) {
      const bool same_number = keyed.rank_of_text[entry.text] == keyed.rank_of_text[edit.from];
      if (edit.version == version && edit.package == entry.package && same_number) return &edit;
    }
    return nullptr;
  };
  if (std::all_of(edits.begin(), edits.end(), [](const Edit& edit) { return edit.to != none; })) {
    History made = history;
    for (const Edit& edit : edits) {
      for (std::uint32_t e = history.first_entry(edit.version); e < history.end_entry(edit.version); ++e) {
        if (const Edit* found = edit_of(edit.version, history.entry(e))) made.set_entry_text(e, found->to);
      }
    }
    return made;
  }
  History made;
  for (std::uint32_t p = 0; p < history.packages(); ++p) made.package(history.package_at(p).id, history.package_at(p).name);
  for (const std::string& text : history.texts()) made.text(text);
  std::vector<bool> touched(history.versions(), false);
  for (const Edit& edit : edits) touched[edit.version] = true;
  for (std::uint32_t v = 0; v < history.versions(); ++v) {
    made.add_version(history.package_of(v), history.text_of(v));
    for (std::uint32_t e = history.first_entry(v); e < history.end_entry(v); ++e) {
      History::Entry entry = history.entry(e);
      const Edit* edit = touched[v] ? edit_of(v, entry) : nullptr;
      if (edit && edit->to == none) continue;
      made.add_entry(entry.package, edit ? edit->to : entry.text);
    }
  }
  return made;
}

std::vector<Proposal> single_edits(const History& history, const KeyedHistory& keyed, const std::vector<std::uint32_t>& circle,
                                   const std::vector<std::uint32_t>& editable, const std::vector<bool>& keeps_one) {
  const std::vector<std::uint32_t> version_of = versions_of_keys(history, keyed);
  std::vector<std::uint32_t> keys;
  for (const std::uint32_t v : circle) keys.push_back(keyed.key_of[v]);
  std::vector<Proposal> made;
  // Both waits of an entry meet in its version, so one entry opens one tangle at most.
  const std::vector<Tangle> tangles = find_tangles(wait_graph(history, keyed), 0);
  if (tangles.size() != 1) return made;
  WaitView view(history, keyed);
  // Every trial looks at the whole tangle, so a long circle in a large history is tried in part only.
  const std::size_t size = std::size_t{history.versions()} + history.entries() + 1;
  std::size_t trials = std::max<std::size_t>(4, 200'000'000 / size);
  for (const NamedKey& entry : entries_on(history, keyed, keys, editable)) {
    if (trials-- == 0) break;
    view.leave_out(entry);
    if (view.has_circle(tangles.front().members)) continue;
    add_if_proved(history, keyed, {edit_to(history, keyed, entry, nearest_slot(view, keyed, entry).to, version_of)}, keeps_one, made);
  }
  sort_proposals(history, made);
  return made;
}

std::vector<Proposal> proposals(const History& history, const KeyedHistory& keyed, const std::vector<std::uint32_t>& editable,
                                const std::vector<bool>& keeps_one) {
  const std::vector<std::uint32_t> circle = wait_circle(history, keyed);
  std::vector<Proposal> made = single_edits(history, keyed, circle, editable, keeps_one);
  const std::vector<Edit> own = own_entry_removals(history, keyed, editable);
  const std::size_t size = std::size_t{history.versions()} + history.entries() + 1;
  std::size_t trials = std::max<std::size_t>(4, 20'000'000 / size);
  for (const Edit& edit : own) {
    if (trials-- == 0) break;
    add_if_proved(history, keyed, {edit}, keeps_one, made);
  }
  if (made.empty()) add_sets(history, keyed, editable, {}, keeps_one, made);
  if (made.empty() && !own.empty()) add_sets(history, keyed, editable, own, keeps_one, made);
  sort_proposals(history, made);
  return made;
}

}  // namespace backstay::deploy
