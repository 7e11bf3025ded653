// Which server a script was written for, from signs that only one of the three understands.
#include <array>

#include "core/base/ascii.hpp"
#include "core/sql/char_class.hpp"
#include "core/sql/keywords.hpp"
#include "core/sql/sql.hpp"

namespace backstay::sql {
namespace {

struct Sign {
  std::string_view word;
  std::uint8_t postgresql, mssql, oracle;  // weight as evidence for each
};

// Words outside literals and comments. A weight of 1 alone proves nothing; 4 together do.
constexpr Sign signs[] = {
    {"nvarchar", 0, 2, 0},       {"uniqueidentifier", 0, 2, 0}, {"datetime2", 0, 2, 0},      {"getdate", 0, 2, 0},
    {"getutcdate", 0, 2, 0},     {"newid", 0, 2, 0},            {"object_id", 0, 2, 0},      {"isnull", 0, 1, 0},
    {"sp_executesql", 0, 3, 0},  {"sp_rename", 0, 3, 0},        {"nocount", 0, 2, 0},        {"raiserror", 0, 2, 0},
    {"nolock", 0, 2, 0},         {"scope_identity", 0, 2, 0},   {"dbo", 0, 2, 0},            {"sysname", 0, 1, 0},
    {"quotename", 0, 2, 0},      {"nonclustered", 0, 2, 0},     {"identity_insert", 0, 3, 0},{"tran", 0, 1, 0},
    {"plpgsql", 3, 0, 0},        {"ilike", 3, 0, 0},            {"jsonb", 2, 0, 0},          {"gen_random_uuid", 3, 0, 0},
    {"timestamptz", 2, 0, 0},    {"bigserial", 2, 0, 0},        {"serial", 2, 0, 0},         {"uuid", 1, 0, 0},
    {"to_regproc", 3, 0, 0},     {"regclass", 2, 0, 0},         {"pg_catalog", 3, 0, 0},     {"bytea", 2, 0, 0},
    {"setval", 1, 0, 0},         {"unnest", 1, 0, 0},           {"conflict", 2, 0, 0},
    {"varchar2", 0, 0, 4},       {"nvarchar2", 0, 0, 4},        {"dual", 0, 0, 2},           {"sysdate", 0, 0, 3},
    {"systimestamp", 0, 0, 3},   {"sys_guid", 0, 0, 3},         {"nvl", 0, 0, 2},            {"dbms_output", 0, 0, 4},
    {"dbms_stats", 0, 0, 4},     {"user_tables", 0, 0, 2},      {"user_objects", 0, 0, 2},   {"user_tab_columns", 0, 0, 2},
    {"user_views", 0, 0, 2},     {"user_indexes", 0, 0, 2},     {"user_sequences", 0, 0, 2}, {"rownum", 0, 0, 2},
    {"sqlcode", 0, 0, 1},        {"raise_application_error", 0, 0, 4}, {"immediate", 0, 0, 2}, {"exception_init", 0, 0, 3},
    {"clob", 0, 0, 1},           {"noeditionable", 0, 0, 2},    {"editionable", 0, 0, 3},
};

// Lengths of the signs that begin with a letter, a bit for each: nearly every word of a script is none.
constexpr std::array<std::uint32_t, 26> sign_lengths = [] {
  std::array<std::uint32_t, 26> lengths{};
  for (const Sign& sign : signs) lengths[static_cast<std::size_t>(sign.word.front() - 'a')] |= 1u << sign.word.size();
  return lengths;
}();

bool may_be_sign(char lead, std::size_t length) {
  return lead >= 'a' && lead <= 'z' && length < 32 && ((sign_lengths[static_cast<std::size_t>(lead - 'a')] >> length) & 1u) != 0;
}

class Detector {
 public:
  explicit Detector(std::string_view text) : text_(text) {}

  void run() {
    while (i_ < text_.size()) {
      step();
      if (i_ < look_) continue;
      look_ = i_ + step_bytes;
      if (overwhelming()) return;
    }
  }
  std::optional<Dialect> verdict() const {
    std::size_t best = 0;
    for (std::size_t k = 1; k < 3; ++k) {
      if (score_[k] > score_[best]) best = k;
    }
    unsigned second = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      if (k != best && score_[k] > second) second = score_[k];
    }
    // Clear means: enough signs, and hardly one against.
    if (score_[best] < 4 || second * 4 > score_[best]) return std::nullopt;
    return static_cast<Dialect>(best);
  }

 private:
  // Long scripts of one server are known long before their end.
  static constexpr std::size_t step_bytes = 4096;
  bool overwhelming() const {
    const unsigned all = score_[0] + score_[1] + score_[2];
    return all >= 24 && (score_[0] == all || score_[1] == all || score_[2] == all);
  }

  char at(std::size_t i) const { return i < text_.size() ? text_[i] : '\0'; }
  void count(Dialect dialect, unsigned weight) { score_[static_cast<std::size_t>(dialect)] += weight; }

  void count_once(Dialect dialect, bool& seen) {
    if (!seen) count(dialect, 1);
    seen = true;
  }

  void step() {
    const char c = text_[i_];
    if (c == '\n' || c == '\r') {
      line_start_ = true;
      ++i_;
      return;
    }
    if (is_blank(c)) {
      do ++i_;
      while (at(i_) == ' ' || at(i_) == '\t');
      return;
    }
    const bool first = line_start_;
    line_start_ = false;
    if (c == '-' && at(i_ + 1) == '-') return skip_line();
    if (c == '/' && at(i_ + 1) == '*') return skip_comment();
    if (c == '\'') return skip_quoted('\'');
    if (c == '"') return skip_quoted('"');
    if (starts_word(c, Dialect::postgresql)) return word(first);
    sign(c, first);
  }

  void skip_line() {
    while (i_ < text_.size() && text_[i_] != '\n' && text_[i_] != '\r') ++i_;
  }
  void skip_comment() {
    const std::size_t end = text_.find("*/", i_ + 2);
    i_ = end == std::string_view::npos ? text_.size() : end + 2;
  }
  void skip_quoted(char quote) {
    const std::size_t end = text_.find(quote, i_ + 1);
    i_ = end == std::string_view::npos ? text_.size() : end + 1;
  }
  bool only_on_line(std::size_t from) const {
    while (from < text_.size() && text_[from] != '\n' && text_[from] != '\r') {
      if (!is_blank(text_[from]) && !is_digit(text_[from])) return text_[from] == '-' && at(from + 1) == '-';
      ++from;
    }
    return true;
  }

  // @file.sql or @@file of SQL*Plus; @variable can start a line of T-SQL, but has no dot or slash.
  bool file_line() const {
    for (std::size_t i = i_; i < text_.size() && !is_blank(text_[i]); ++i) {
      if (text_[i] == '/' || text_[i] == '.' || text_[i] == '&') return true;
    }
    return false;
  }

  void word(bool first) {
    const std::size_t begin = i_;
    while (i_ < text_.size() && continues_word(text_[i_], Dialect::mssql)) ++i_;
    const std::string_view text = text_.substr(begin, i_ - begin);
    const char lead = ascii_lower(text.front());
    if (first && same_word(text, "go") && only_on_line(i_)) count(Dialect::mssql, 3);
    if (first && (lead == 'p' || lead == 'r' || lead == 's' || lead == 'w' || lead == 'a' || lead == 'u')) {
      // Lines for SQL*Plus; their text is free and can hold a single quote.
      for (const std::string_view command : {"prompt", "rem", "remark", "spool", "whenever", "accept", "undefine"}) {
        if (!same_word(text, command)) continue;
        count(Dialect::oracle, 2);
        return skip_line();
      }
    }
    if (before_.size() == 3 && same_word(before_, "set")) {
      for (const std::string_view setting : {"define", "echo", "feedback", "serveroutput", "verify", "scan", "linesize", "pagesize",
                                             "termout", "sqlblanklines", "heading", "trimspool"}) {
        if (same_word(text, setting)) count(Dialect::oracle, 2);
      }
    }
    if (at(i_) == '\'') {
      // All three servers read N'...'; only the habit is T-SQL's, so any number of them says little.
      if (same_word(text, "n")) count_once(Dialect::mssql, national_literals_);
      if ((same_word(text, "q") || same_word(text, "nq"))) {
        count(Dialect::oracle, 4);
        static constexpr std::string_view opens = "[{(<", closes = "]})>";
        const std::size_t pair = opens.find(at(i_ + 1));
        const char ending[2] = {pair == std::string_view::npos ? at(i_ + 1) : closes[pair], '\''};
        const std::size_t end = text_.find(std::string_view(ending, 2), i_ + 2);
        i_ = end == std::string_view::npos ? text_.size() : end + 2;
        before_ = text;
        return;
      }
    }
    for (std::size_t k = may_be_sign(lead, text.size()) ? 0 : std::size(signs); k < std::size(signs); ++k) {
      const Sign& sign = signs[k];
      if (sign.word.front() != lead || !same_word(sign.word, text)) continue;
      if (same_word(text, "dual") && !same_word(before_, "from")) break;
      if (same_word(text, "immediate") && !same_word(before_, "execute")) break;
      if (same_word(text, "conflict") && !same_word(before_, "on")) break;
      score_[0] += sign.postgresql;
      score_[1] += sign.mssql;
      score_[2] += sign.oracle;
      break;
    }
    if (text.size() == 6 && same_word(text, "notice") && same_word(before_, "raise")) count(Dialect::postgresql, 3);
    if (text.size() == 3 && same_word(before_, "select") && same_word(text, "top")) count(Dialect::mssql, 2);
    // END name; closes a PL/SQL unit.
    if (before_.size() == 4 && text.size() > 3 && same_word(before_, "exec") && same_word(text.substr(0, 3), "sp_")) count(Dialect::mssql, 2);
    before_ = text;
  }

  void sign(char c, bool first) {
    const char left = i_ > 0 ? text_[i_ - 1] : '\0';
    const char right = at(i_ + 1);
    switch (c) {
      case '$': {
        std::size_t i = i_ + 1;
        while (i < text_.size() && text_[i] != '$' && continues_word(text_[i], Dialect::postgresql)) ++i;
        if (at(i) == '$' && !is_digit(right) && !continues_name(left)) {
          // $IF and $$flag of Oracle have no second $tag$ to end at.
          const std::string_view tag = text_.substr(i_, i + 1 - i_);
          const std::size_t end = text_.find(tag, i + 1);
          if (end != std::string_view::npos) {
            count(Dialect::postgresql, 4);
            i_ = end + tag.size();
            return;
          }
        }
        break;
      }
      case '[':
        if (!continues_name(left) && starts_word(right, Dialect::postgresql)) {
          const std::size_t end = text_.find(']', i_);
          if (end != std::string_view::npos && end - i_ < 130) {
            count(Dialect::mssql, 1);
            i_ = end;
          }
        } else if (left == '.') {
          count(Dialect::mssql, 1);
        }
        break;
      case '@':
        if (first && file_line()) return skip_line();
        if (right == '@') count(Dialect::mssql, 2);
        else if (!continues_name(left) && left != '@' && starts_word(right, Dialect::postgresql)) count(Dialect::mssql, 1);
        break;
      case '#':
        if ((is_blank(left) || left == '(') && starts_word(right, Dialect::postgresql) && !first) count(Dialect::mssql, 1);
        break;
      case ':':
        if (right == ':') {
          if (continues_name(left) || left == '\'') count(Dialect::postgresql, 1);
          ++i_;
        } else if (right == '=') {
          // PostgreSQL names arguments so, too: f(a := 1).
          if (assignments_ < 2) count(Dialect::oracle, 1);
          ++assignments_;
        }
        break;
      case '/':
        if (first && only_on_line(i_ + 1)) count(Dialect::oracle, 3);
        break;
      default: break;
    }
    ++i_;
  }

  std::string_view text_;
  std::size_t i_ = 0;
  std::size_t look_ = 2 * step_bytes;
  bool line_start_ = true;
  std::string_view before_;
  std::array<unsigned, 3> score_{};
  bool national_literals_ = false;
  unsigned assignments_ = 0;
};

}  // namespace

std::optional<Dialect> detect_dialect(const TextDocument& document) {
  // The head of a long script says as much as the whole.
  Detector detector(document.text().substr(0, 256 * 1024));
  detector.run();
  return detector.verdict();
}

}  // namespace backstay::sql
