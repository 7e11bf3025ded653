#include "core/schema/difference.hpp"

#include <tuple>

namespace backstay::schema {

namespace {

using Kind = Difference::Kind;

// Walks two sorted lists side by side. `less` orders, `only_a`, `only_b` and `both` take what is found.
template <class T, class Less, class OnlyA, class OnlyB, class Both>
void side_by_side(const std::vector<T>& a, const std::vector<T>& b, Less less, OnlyA only_a, OnlyB only_b, Both both) {
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    if (j == b.size() || (i < a.size() && less(a[i], b[j]))) {
      only_a(a[i++]);
    } else if (i == a.size() || less(b[j], a[i])) {
      only_b(b[j++]);
    } else {
      both(a[i++], b[j++]);
    }
  }
}

void compare_parts(const Object& before, const Object& after, std::vector<Difference>& found) {
  const auto add = [&](Kind kind, const Part& part, std::string old_text, std::string new_text) {
    Difference difference;
    difference.kind = kind;
    difference.object_kind = before.kind;
    difference.object = before.name;
    difference.what = part.what;
    difference.name = part.name;
    difference.before = std::move(old_text);
    difference.after = std::move(new_text);
    found.push_back(std::move(difference));
  };
  side_by_side(
      before.parts, after.parts, [](const Part& a, const Part& b) { return std::tie(a.what, a.name) < std::tie(b.what, b.name); },
      [&](const Part& part) { add(Kind::removed, part, part.definition, {}); },
      [&](const Part& part) { add(Kind::added, part, {}, part.definition); },
      [&](const Part& a, const Part& b) {
        if (a.definition != b.definition) add(Kind::changed, a, a.definition, b.definition);
      });
}

Difference whole(Kind kind, const Object& object) {
  Difference difference;
  difference.kind = kind;
  difference.object_kind = object.kind;
  difference.object = object.name;
  return difference;
}

std::string shortened(const std::string& text) {
  constexpr std::size_t most = 200;
  std::string line;
  for (const char c : text.substr(0, most)) line += c == '\n' ? ' ' : c;
  return text.size() > most ? line + "..." : line;
}

}  // namespace

std::vector<Difference> differences(const Snapshot& before, const Snapshot& after) {
  std::vector<Difference> found;
  side_by_side(
      before.objects, after.objects,
      [](const Object& a, const Object& b) { return std::tie(a.kind, a.name) < std::tie(b.kind, b.name); },
      [&](const Object& object) { found.push_back(whole(Kind::removed, object)); },
      [&](const Object& object) { found.push_back(whole(Kind::added, object)); },
      [&](const Object& a, const Object& b) { compare_parts(a, b, found); });
  if (before.data_digest.empty() || after.data_digest.empty()) return found;
  side_by_side(
      before.data, after.data, [](const TableRows& a, const TableRows& b) { return a.table < b.table; }, [](const TableRows&) {},
      [](const TableRows&) {},  // the table itself came or went: said above
      [&](const TableRows& a, const TableRows& b) {
        if (a.rows == b.rows && a.hash == b.hash) return;
        Difference difference;
        difference.object_kind = "table";
        difference.object = a.table;
        difference.what = "rows";
        difference.before = std::to_string(a.rows);
        difference.after = std::to_string(b.rows);
        found.push_back(std::move(difference));
      });
  return found;
}

std::string sentence(const Difference& difference) {
  std::string text = difference.object_kind + " " + difference.object;
  if (difference.what == "rows") {
    return text + (difference.before == difference.after ? ": other values in its " + difference.after + " rows"
                                                         : ": " + difference.before + " rows became " + difference.after);
  }
  if (!difference.what.empty()) text += ": " + difference.what + (difference.name.empty() ? "" : " " + difference.name);
  switch (difference.kind) {
    case Kind::added: return text + " is new" + (difference.after.empty() ? "" : ": " + shortened(difference.after));
    case Kind::removed: return text + " is gone" + (difference.before.empty() ? "" : ": " + shortened(difference.before));
    case Kind::changed: break;
  }
  return text + " changed from " + shortened(difference.before) + " to " + shortened(difference.after);
}

}  // namespace backstay::schema
