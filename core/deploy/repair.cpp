#include "core/deploy/repair.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "core/deploy/sorter.hpp"
#include "core/deploy/wait_graph.hpp"

namespace backstay::deploy {
namespace {

constexpr std::string_view vendor_packages[] = {"147fa70d-6519-4393-b5d0-87931f9fd609", "951f2cda-2867-4b99-8824-071fa8749ead"};

bool vendor_maintained(const History& history, std::uint32_t version) {
  const std::string& id = history.package_at(history.package_of(version)).id;
  return std::find(std::begin(vendor_packages), std::end(vendor_packages), id) != std::end(vendor_packages);
}

// Entries behind the edges of a circle: (version, named key) pairs, each once.
std::set<std::pair<std::uint32_t, std::uint32_t>> entries_on(const History& history, const KeyedHistory& keyed, const std::vector<std::uint32_t>& circle,
                                                             const std::vector<std::uint32_t>& editable) {
  std::set<std::pair<std::uint32_t, std::uint32_t>> found;
  const auto add = [&](std::uint32_t version, std::uint32_t named) {
    for (std::uint32_t e = history.first_entry(version); e < history.first_entry(version) + editable[version]; ++e) {
      if (keyed.key_of_entry[e] == named) found.insert({version, named});
    }
  };
  for (std::size_t i = 0; i < circle.size(); ++i) {
    const std::uint32_t waits = circle[i], on = circle[(i + 1) % circle.size()];
    add(waits, keyed.key_of[on]);  // it names what it waits for
    const std::uint32_t key = keyed.key_of[waits];
    // Or it is what follows a number that the other one names.
    if (key > 0 && keyed.package_of_key[key - 1] == keyed.package_of_key[key]) add(on, key - 1);
  }
  return found;
}

// The slot nearest to the present number in which `version` fits, or a removal when there is none.
Edit nearest(const History& history, const KeyedHistory& keyed, const Graph& graph, std::uint32_t version, std::uint32_t named,
             const std::vector<std::uint32_t>& version_of) {
  Edit edit;
  edit.version = version;
  edit.package = keyed.package_of_key[named];
  for (std::uint32_t e = history.end_entry(version); e-- > history.first_entry(version);) {
    if (keyed.key_of_entry[e] == named) edit.from = history.entry(e).text;
  }
  const std::uint32_t own = keyed.key_of[version];
  const std::vector<bool> needed = reached_from(graph, own), needing = reached_from(reversed(graph), own);
  std::uint32_t lowest = none, highest = none;  // keys of the package between which the version fits
  for (std::uint32_t key = 0; key < keyed.keys(); ++key) {
    if (keyed.package_of_key[key] != edit.package) continue;
    if (needed[key]) lowest = key;
    if (!needing[key]) highest = key;
  }
  std::uint32_t to = none;
  if (lowest != none && named < lowest) to = lowest;
  else if (highest != none && named > highest) to = highest;
  if (to == none) return edit;
  edit.to = history.text_of(version_of[to]);
  edit.raises = to > named;
  edit.steps = edit.raises ? to - named : named - to;
  return edit;
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
                                   const std::vector<std::uint32_t>& editable) {
  std::vector<std::uint32_t> version_of(keyed.keys(), none);
  for (std::uint32_t v = history.versions(); v-- > 0;) version_of[keyed.key_of[v]] = v;
  std::vector<Proposal> proposals;
  // Every trial looks at the whole set, so a long circle in a large history is tried in part only.
  const std::size_t size = std::size_t{history.versions()} + history.entries() + 1;
  std::size_t trials = std::max<std::size_t>(4, 100'000'000 / size);
  for (const auto& [version, named] : entries_on(history, keyed, circle, editable)) {
    if (trials-- == 0) break;
    const Graph graph = wait_graph(history, keyed, {version, named});
    if (!find_tangles(graph, 0).empty()) continue;
    const Edit edit = nearest(history, keyed, graph, version, named, version_of);
    // The graph proposes, the sorter decides: equal numbers and odd own-package entries are beyond the graph.
    SortOutcome outcome = sort_history(edited(history, keyed, {edit}));
    if (outcome.ok()) proposals.push_back({{edit}, std::move(outcome.order)});
  }
  std::sort(proposals.begin(), proposals.end(), [&](const Proposal& a, const Proposal& b) {
    const auto key = [&](const Edit& edit) {
      return std::tuple(edit.to == none, !edit.raises, vendor_maintained(history, edit.version), edit.steps, ~history.package_of(edit.version), edit.version, edit.from);
    };
    return key(a.edits.front()) < key(b.edits.front());
  });
  return proposals;
}

}  // namespace backstay::deploy
