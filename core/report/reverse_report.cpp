#include "core/report/reverse_report.hpp"

#include "core/report/json_writer.hpp"

namespace backstay::report {
namespace {

using rollback::ReversePiece;
using rollback::ReverseScripts;

void piece_members(JsonWriter& json, const ReversePiece& piece) {
  json.member("step", piece.step);
  json.member("line", piece.line);
  json.member("end_line", piece.end_line);
  json.member("kind", piece.kind);
  json.member("class", rollback::to_string(piece.reverse_class));
  json.texts("reasons", piece.reasons);
  json.texts("tables", piece.tables);
  json.member_or_null("capture_before", piece.before);
  json.member_or_null("statement", piece.statement);
  json.member_or_null("capture_after", piece.after);
  json.member_or_null("reverse", piece.reverse);
}

std::string verdict_line(const ReverseScripts& scripts) {
  switch (scripts.reverse_class) {
    case rollback::ReverseClass::unchanged: return "changes nothing that lasts";
    case rollback::ReverseClass::safe: return "can be taken back";
    case rollback::ReverseClass::needs_review: return "can be taken back, with reservations to review";
    case rollback::ReverseClass::not_undone: return "cannot be taken back completely";
  }
  return {};
}

}  // namespace

std::string reverse_json(const ReverseScripts& scripts, std::string_view file) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.member("schema", "backstay.reverse/1");
  json.key("generator");
  json.begin_object();
  json.member("name", "backstay");
  json.member("version", BACKSTAY_VERSION);
  json.end_object();
  json.member("file", file);
  json.member("server", rollback::to_string(scripts.server));
  json.member_flag("verified_on_server", scripts.verified);
  json.member("script_id", scripts.script_id);
  json.member("class", rollback::to_string(scripts.reverse_class));
  json.list("pieces", scripts.pieces, [&](const ReversePiece& piece) { piece_members(json, piece); });
  json.member("capture_script", scripts.capture_script);
  json.member("reverse_script", scripts.reverse_script);
  json.member("discard_script", scripts.discard_script);
  json.end_object();
  out += '\n';
  return out;
}

std::string reverse_text(const ReverseScripts& scripts, std::string_view file, Language language) {
  const Words say(language);
  std::string out = "-- " + std::string(file) + ": " + say(verdict_line(scripts)) + "\n";
  if (!scripts.verified) out += "-- " + say("Unverified on a server: no " + std::string(rollback::to_string(scripts.server)) + " server was at hand to prove these scripts.") + "\n";
  for (const ReversePiece& piece : scripts.pieces) {
    if (piece.reverse_class == rollback::ReverseClass::unchanged) continue;
    out += "-- " + rollback::step_line(piece, say) + "\n";
    for (const std::string& reason : piece.reasons) out += "--   " + reason + "\n";
  }
  out += "\n-- ======== " + say("capture script (run it instead of the script; alone: --part capture)") + " ========\n" + scripts.capture_script;
  out += "\n-- ======== " + say("reverse script (takes it back; alone: --part reverse)") + " ========\n" + scripts.reverse_script;
  return out;
}

}  // namespace backstay::report
