#include "core/deploy/explain.hpp"

#include <unordered_map>
#include <unordered_set>

namespace backstay::deploy {
namespace {

// Versions that the circle passes, by key; equal numbers are one key.
using VersionsOfKey = std::unordered_map<std::uint32_t, std::vector<std::uint32_t>>;

VersionsOfKey versions_on(const History& history, const KeyedHistory& keyed, const std::vector<std::uint32_t>& circle) {
  VersionsOfKey versions;
  for (const std::uint32_t v : circle) versions[keyed.key_of[v]];
  for (std::uint32_t v = 0; v < history.versions(); ++v) {
    const auto found = versions.find(keyed.key_of[v]);
    if (found != versions.end()) found->second.push_back(v);
  }
  return versions;
}

std::uint32_t entry_naming(const History& history, const KeyedHistory& keyed, std::uint32_t version, std::uint32_t key) {
  for (std::uint32_t e = history.first_entry(version); e < history.end_entry(version); ++e) {
    if (keyed.key_of_entry[e] == key) return e;
  }
  return none;
}

WaitStep wait_between(const History& history, const KeyedHistory& keyed, const VersionsOfKey& versions, std::uint32_t from, std::uint32_t to) {
  const std::uint32_t waiting = keyed.key_of[from], awaited = keyed.key_of[to];
  for (const std::uint32_t v : versions.at(waiting)) {
    const std::uint32_t entry = entry_naming(history, keyed, v, awaited);
    if (entry != none) return {v, to, WaitKind::names, entry};
  }
  for (const std::uint32_t v : versions.at(waiting)) {
    if (keyed.implied[v] == awaited) return {v, to, WaitKind::follows, none};
  }
  // The step before the waiting number is named by the awaited version, so the package may not leave it yet.
  const bool has_step = waiting > 0 && keyed.package_of_key[waiting - 1] == keyed.package_of_key[waiting];
  for (const std::uint32_t v : versions.at(awaited)) {
    const std::uint32_t entry = has_step ? entry_naming(history, keyed, v, waiting - 1) : none;
    if (entry != none) return {from, v, WaitKind::holds, entry};
  }
  return {from, to, WaitKind::holds, none};
}

}  // namespace

std::vector<WaitStep> waits_of(const History& history, const KeyedHistory& keyed, const std::vector<std::uint32_t>& circle) {
  const VersionsOfKey versions = versions_on(history, keyed, circle);
  std::vector<WaitStep> waits;
  for (std::size_t i = 0; i < circle.size(); ++i) {
    waits.push_back(wait_between(history, keyed, versions, circle[i], circle[(i + 1) % circle.size()]));
  }
  return waits;
}

std::string sentence(const Wait& wait, std::string_view lang) {
  const bool russian = lang == "ru";
  const std::string who = wait.package + (wait.version.empty() ? "" : " " + wait.version);
  const std::string whom = wait.waits_for + (wait.waits_for_version.empty() ? "" : " " + wait.waits_for_version);
  const std::string waits = who + (russian ? " ждёт " : " waits for ") + whom;
  std::string place;
  if (!wait.at.file.empty()) place = " (" + wait.at.file + (wait.at.line > 0 ? ":" + std::to_string(wait.at.line) : "") + ")";
  switch (wait.kind) {
    case WaitKind::names:
      if (wait.stated) return waits + (russian ? ": эта версия названа в её списке" : ": its list names it") + place;
      return waits + (russian ? ": списка нет, и ORIGAM подставляет эту запись" : ": it has no list, and ORIGAM assumes this entry");
    case WaitKind::holds:
      return waits + (russian ? ": та называет " : ", which names ") + wait.step + (russian ? ", предыдущий шаг" : ", the step before") + place;
    case WaitKind::follows: return waits + (russian ? ": это предыдущая версия того же пакета" : ": it follows it in the same package");
    case WaitKind::depends: return waits + (russian ? ": так указано в зависимостях" : ": it depends on it") + place;
  }
  return "";
}

}  // namespace backstay::deploy
