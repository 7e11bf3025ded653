#include "core/rollback/reverse.hpp"

#include <algorithm>

#include "core/rollback/reverse_writer.hpp"

namespace backstay::rollback {
namespace {

// Names a script by its text: the same script applied twice gives two runs of one id. FNV-1a, 64 bits.
std::string id_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ull;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  std::string id;
  for (int shift = 60; shift >= 0; shift -= 4) id += "0123456789abcdef"[(hash >> shift) & 15];
  return id;
}

}  // namespace

std::string_view to_string(Server server) {
  switch (server) {
    case Server::postgresql: return "postgresql";
    case Server::mssql: return "mssql";
    case Server::oracle: return "oracle";
    case Server::sqlite: return "sqlite";
  }
  return "postgresql";
}

std::string_view to_string(ReverseClass reverse_class) {
  switch (reverse_class) {
    case ReverseClass::unchanged: return "unchanged";
    case ReverseClass::safe: return "safe";
    case ReverseClass::needs_review: return "needs-review";
    case ReverseClass::not_undone: return "not-undone";
  }
  return "not-undone";
}

Dialect dialect_of(Server server) {
  switch (server) {
    case Server::mssql: return Dialect::mssql;
    case Server::oracle: return Dialect::oracle;
    default: return Dialect::postgresql;
  }
}

ReversePiece start_piece(const PlannedStatement& statement, const TextDocument& document, std::uint32_t step) {
  ReversePiece piece;
  piece.step = step;
  piece.line = statement.line;
  piece.end_line = statement.end_line;
  piece.begin = statement.begin;
  piece.end = statement.end;
  piece.kind = statement.kind;
  piece.statement = std::string(document.text().substr(statement.begin, statement.end - statement.begin));
  return piece;
}

std::string as_sentence(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] & ~0x20);
  return text + ".";
}

void add_obstacles(const PlannedStatement& statement, ReversePiece& piece) {
  for (const auto* reasons : {&statement.unread, &statement.obstacles}) {
    for (const std::string& why : *reasons) raise_class(piece, ReverseClass::not_undone, as_sentence(why));
  }
}

std::string sql_literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c;
    if (c == '\'') out += c;
  }
  return out + "'";
}

std::string dollar_quoted(std::string_view text) {
  std::string tag = "$backstay$";
  for (int n = 1; text.find(tag) != std::string_view::npos; ++n) tag = "$backstay" + std::to_string(n) + "$";
  return tag + std::string(text) + tag;
}

std::string as_comment(std::string_view text) {
  std::string out = "-- ";
  for (const char c : text) {
    if (c == '\r') continue;
    out += c;
    if (c == '\n') out += "-- ";
  }
  return out;
}

void raise_class(ReversePiece& piece, ReverseClass least, std::string reason) {
  piece.reverse_class = std::max(piece.reverse_class, least);
  if (reason.empty() || std::find(piece.reasons.begin(), piece.reasons.end(), reason) != piece.reasons.end()) return;
  piece.reasons.push_back(std::move(reason));
}

void ScriptWriter::write() {
  for (const PlannedStatement& statement : plan_.statements) {
    ReversePiece piece = piece_of(statement);
    for (const RowCapture& rows : statement.rows) {
      if (rows.keyless && rows.method != RowMethod::whole && out_.server != Server::sqlite && !piece.before.empty() && statement.unread.empty()) {
        raise_class(piece, ReverseClass::not_undone, rows.table + " has no key that this statement leaves alone, so its rows could not be found again.");
      }
    }
    for (std::string& reason : piece.reasons) reason = say_(reason);
    out_.pieces.push_back(std::move(piece));
  }
  write_scripts();
}

std::string ScriptWriter::heading(const std::vector<std::string_view>& sentences) const {
  std::string out;
  for (const std::string_view sentence : sentences) out += "-- " + say_(sentence) + "\n";
  if (!out_.verified) out += "-- " + say_("Unverified on a server: no " + std::string(to_string(out_.server)) + " server was at hand to prove these scripts.") + "\n";
  return out + "-- " + say_("Written by backstay reverse.") + "\n";
}

std::string ScriptWriter::capture_heading() const {
  return heading({"The script with captures: before each statement what it will change, in the same transaction.", "Run this instead of the script, in one session."});
}

std::string ScriptWriter::reverse_heading() const {
  return heading({"Takes back what the capture script applied, last statement first; a run of its own, when that has committed.",
                  "Values that somebody has written since stay; the last query lists them. Running it again changes nothing."});
}

std::string ScriptWriter::step_heading(const ReversePiece& piece) const {
  std::string out = "-- " + step_line(piece, say_) + "\n";
  for (const std::string& reason : piece.reasons) out += as_comment("  " + reason) + "\n";
  return out;
}

std::string ScriptWriter::reverse_steps(std::string (*wrap)(const std::string& step)) const {
  std::string out;
  for (auto piece = out_.pieces.rbegin(); piece != out_.pieces.rend(); ++piece) {
    if (piece->reverse_class == ReverseClass::unchanged) continue;
    out += "\n" + step_heading(*piece) + as_comment(slice(piece->begin, piece->end)) + "\n" + (wrap == nullptr ? piece->reverse : wrap(piece->reverse));
  }
  return out;
}

std::string step_line(const ReversePiece& piece, const Words& say) {
  return say("Step " + std::to_string(piece.step) + ", line " + std::to_string(piece.line) + ": " + piece.kind + ", " + std::string(to_string(piece.reverse_class)));
}

std::string gap_text(const TextDocument& document, std::size_t begin, std::size_t end) {
  std::string_view gap = document.text().substr(begin, end - begin);
  while (!gap.empty() && (gap.front() == ';' || static_cast<unsigned char>(gap.front()) <= ' ')) gap.remove_prefix(1);
  while (!gap.empty() && static_cast<unsigned char>(gap.back()) <= ' ') gap.remove_suffix(1);
  if (gap.substr(0, 2) != "--" && gap.substr(0, 2) != "/*") return {};
  return std::string(gap) + "\n";
}

ReverseScripts reverse_scripts(const TextDocument& document, const ReverseOptions& options, const sql::Config& config) {
  ReverseScripts out;
  out.server = options.server;
  out.script_id = id_of(document.text());
  const CapturePlan plan = capture_plan(document, dialect_of(options.server), config, options.known);
  out.verified = options.server == Server::postgresql || options.server == Server::sqlite;
  const Words english(Language::en);
  const Words& say = options.words ? *options.words : english;
  switch (options.server) {
    case Server::postgresql: write_postgresql(out, plan, document, say); break;
    case Server::mssql: write_mssql(out, plan, document, say); break;
    case Server::oracle: write_oracle(out, plan, document, say); break;
    case Server::sqlite: write_sqlite(out, plan, document, say, options.known); break;
  }
  for (const ReversePiece& piece : out.pieces) out.reverse_class = std::max(out.reverse_class, piece.reverse_class);
  return out;
}

}  // namespace backstay::rollback
