#include "core/apply/work.hpp"

#include <algorithm>

#include "core/base/json.hpp"
#include "core/report/json_writer.hpp"

namespace backstay::apply {
std::string write_undoing(const Undoing& undoing) {
  std::string out;
  report::JsonWriter json(out, 0);
  json.begin_object();
  json.member("step", undoing.step);
  json.member("package", undoing.package);
  json.member("element", undoing.element);
  json.member("uid", undoing.uid);
  json.member("class", undoing.reverse_class);
  json.texts("reasons", undoing.reasons);
  json.member("prepare", undoing.prepare);
  json.member("reverse", undoing.reverse);
  json.member("discard", undoing.discard);
  json.member_flag("captured", undoing.captured);
  json.member_flag("suspends", undoing.suspends);
  json.end_object();
  return out;
}

Undoing undoing_of(const JsonValue& root) {
  Undoing undoing;
  undoing.step = root.text("step").value_or("");
  undoing.package = root.text("package").value_or("");
  undoing.element = root.text("element").value_or("");
  undoing.uid = root.text("uid").value_or("");
  undoing.reverse_class = root.text("class").value_or("");
  undoing.prepare = root.text("prepare").value_or("");
  undoing.reverse = root.text("reverse").value_or("");
  undoing.discard = root.text("discard").value_or("");
  undoing.captured = root.flag("captured").value_or(false);
  undoing.suspends = root.flag("suspends").value_or(false);
  if (const JsonValue* reasons = root.find("reasons")) {
    for (const JsonValue& reason : reasons->items) undoing.reasons.push_back(reason.string);
  }
  return undoing;
}

Result<Undoing> read_undoing(std::string_view text) {
  const auto document = parse_json(text, "undo");
  if (!document.ok()) return document.error();
  Undoing undoing = undoing_of(document.value().root);
  if (undoing.step.empty()) return Error{ErrorCode::malformed, {}, "an entry of the undo list names no step"};
  return undoing;
}

void weave(Work& work, std::string_view bytes) {
  work.document = TextDocument(work.content.empty() || work.is_binding ? std::string_view(work.own) : bytes, work.content);
  work.undoing.step = work.step;
  work.undoing.package = work.package;
  work.undoing.element = work.element;
  work.text = work.document.text();
  work.pieces = {{0, work.text.size(), 0}};
}

SourcePos place_of(const Work& work, std::uint64_t offset) {
  for (const Work::Piece& piece : work.pieces) {
    if (offset < piece.begin || offset > piece.end) continue;
    return work.document.position(std::min<std::size_t>(piece.origin + (offset - piece.begin), work.document.text().size()));
  }
  return {};
}

}  // namespace backstay::apply
