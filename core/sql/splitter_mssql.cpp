// T-SQL ends most statements by starting the next one. This file knows which words do, and when.
#include "core/sql/splitter.hpp"

namespace backstay::sql {
namespace {

// Where the piece being read stands; reset at each piece.
struct Piece {
  std::uint32_t first = 0;
  Keyword verb = no_keyword;     // its first word; behind WITH: the statement's own verb once read
  Keyword object = no_keyword;   // CREATE/ALTER/DROP: the word behind
  std::uint32_t case_depth = 0;
  std::uint32_t action = 0;      // ALTER TABLE: token of the action, which may be a start word
  bool needs_query = false;      // INSERT, WITH, CURSOR: the next SELECT, EXEC, ... belongs to it
  bool needs_set = false;        // UPDATE: SET still to come
  bool had_set = false;
  bool needs_grantee = false;    // GRANT, REVOKE, DENY: TO or FROM still to come
  bool swallows_batch = false;   // CREATE PROCEDURE and kin
};

class BatchSplitter {
 public:
  BatchSplitter(const TokenStream& stream, std::uint32_t first, std::uint32_t last, std::uint32_t batch,
                std::vector<StatementRange>& pieces)
      : tokens_(stream.tokens), begin_(first), last_(last), batch_(batch), pieces_(pieces) {}

  void run() {
    piece_.first = begin_;
    std::uint32_t i = begin_;
    while (i < last_) {
      const Token& token = at(i);
      if (token.is(TokenKind::client_line)) {
        close(i, false);
        piece_.first = i;
        close(i + 1, false);
        piece_.first = ++i;
        continue;
      }
      if (token.is(TokenKind::semicolon) && !piece_.swallows_batch) {
        close(i, true);
        piece_.first = ++i;
        continue;
      }
      if (piece_.swallows_batch) {
        ++i;
        continue;
      }
      if (token.is(TokenKind::open) && token.partner != no_partner && token.partner < last_) {
        i = token.partner + 1;
        continue;
      }
      if (token.kind != TokenKind::word) {
        ++i;
        continue;
      }
      if (i == piece_.first) {
        i = open(i);
        continue;
      }
      if (is_label(i) || (token.keyword != no_keyword && starts(i))) {
        close(i, false);
        piece_.first = i;
        i = open(i);
        continue;
      }
      follow(i);
      ++i;
    }
    close(last_, false);
  }

 private:
  const Token& at(std::uint32_t i) const { return i < last_ ? tokens_[i] : none_; }
  Keyword word(std::uint32_t i) const { return at(i).keyword; }
  Keyword before(std::uint32_t i) const { return i > piece_.first ? at(i - 1).keyword : no_keyword; }

  void close(std::uint32_t last, bool semicolon) {
    if (last > piece_.first) {
      StatementRange range;
      range.first = piece_.first;
      range.last = last;
      range.begin = tokens_[piece_.first].begin;
      range.end = semicolon ? tokens_[last].end : tokens_[last - 1].end;
      range.batch = batch_;
      range.starts_batch = fresh_;
      range.semicolon = semicolon;
      pieces_.push_back(range);
      fresh_ = false;
    }
    piece_ = Piece{};
  }

  bool is_label(std::uint32_t i) const {
    const Token& sign = at(i + 1);
    if (!sign.is(TokenKind::op) || sign.end != sign.begin + 1 || sign.begin != at(i).end || !label_sign(i + 1)) return false;
    return i == piece_.first || may_end(i);
  }
  bool label_sign(std::uint32_t i) const;

  // The statement could be complete before token i: nothing in front asks for an operand.
  bool may_end(std::uint32_t i) const {
    const Token& left = at(i - 1);
    switch (left.kind) {
      case TokenKind::dot:
      case TokenKind::comma: return false;
      case TokenKind::op: {
        // SELECT * and deleted.*: the only signs a statement can end with, but for 'GOTO' labels.
        if (left.end - left.begin != 1) return false;
        const Token& further = i >= 2 && i - 2 >= piece_.first ? at(i - 2) : none_;
        return star(left) && (further.is(TokenKind::dot) || further.is(TokenKind::comma) || further.is(kw_select));
      }
      default: return !left.is(kw_as);
    }
  }
  bool star(const Token& token) const;

  std::uint32_t open(std::uint32_t i);
  bool starts(std::uint32_t i) const;
  bool starts_ddl(std::uint32_t i) const;
  bool starts_dml(std::uint32_t i) const;
  bool starts_with(std::uint32_t i) const;
  bool starts_set(std::uint32_t i) const;
  void follow(std::uint32_t i);
  void open_definition(std::uint32_t i);

 public:
  std::string_view text_;

 private:
  const std::vector<Token>& tokens_;
  std::uint32_t begin_, last_, batch_;
  std::vector<StatementRange>& pieces_;
  Piece piece_;
  bool fresh_ = true;
  Token none_;
};

bool BatchSplitter::label_sign(std::uint32_t i) const { return text_[at(i).begin] == ':'; }
bool BatchSplitter::star(const Token& token) const { return text_[token.begin] == '*'; }

// CREATE, ALTER: which kinds run to the end of the batch, and where ALTER TABLE has its action.
void BatchSplitter::open_definition(std::uint32_t i) {
  std::uint32_t k = i + 1;
  if (word(k) == kw_or && word(k + 1) == kw_alter) k += 2;
  piece_.object = word(k);
  switch (word(k)) {
    case kw_proc:
    case kw_procedure:
    case kw_function:
    case kw_trigger:
    case kw_view: piece_.swallows_batch = true; return;
    case kw_table: break;
    default: return;
  }
  if (word(i) != kw_alter) return;
  ++k;
  while (at(k).is_name() || at(k).is(TokenKind::dot) || at(k).is(TokenKind::substitution)) {
    ++k;
    if (at(k).is(TokenKind::dot)) continue;
    if (!at(k - 1).is(TokenKind::dot)) break;
  }
  if (word(k) == kw_with && (word(k + 1) == kw_check || word(k + 1) == kw_nocheck)) k += 2;
  piece_.action = k;
}

// Reads the first word of a piece; returns the next token to look at.
std::uint32_t BatchSplitter::open(std::uint32_t i) {
  piece_.verb = word(i);
  if (is_label(i)) {
    close(i + 2, false);
    piece_.first = i + 2;
    return i + 2;
  }
  switch (word(i)) {
    case kw_begin:
      if (word(i + 1) == kw_try || word(i + 1) == kw_catch) {
        close(i + 2, false);
        piece_.first = i + 2;
        return i + 2;
      }
      if (word(i + 1) == kw_tran || word(i + 1) == kw_transaction || word(i + 1) == kw_distributed ||
          word(i + 1) == kw_dialog || word(i + 1) == kw_conversation) {
        return i + 2;
      }
      close(i + 1, at(i + 1).is(TokenKind::semicolon));
      piece_.first = i + 1;
      return i + 1;
    case kw_end: {
      if (word(i + 1) == kw_conversation) return i + 2;
      const std::uint32_t to = word(i + 1) == kw_try || word(i + 1) == kw_catch ? i + 2 : i + 1;
      const bool semicolon = at(to).is(TokenKind::semicolon);
      close(to, semicolon);
      piece_.first = semicolon ? to + 1 : to;
      return piece_.first;
    }
    case kw_else:
      close(i + 1, false);
      piece_.first = i + 1;
      return i + 1;
    case kw_with:
      // WITH XMLNAMESPACES (...), or the list of CTEs.
      piece_.needs_query = true;
      return i + 1;
    case kw_insert: piece_.needs_query = true; return i + 1;
    case kw_update: piece_.needs_set = word(i + 1) != kw_statistics; return i + 1;
    case kw_grant:
    case kw_revoke:
    case kw_deny: piece_.needs_grantee = true; return i + 1;
    case kw_create:
    case kw_alter: open_definition(i); return i + 1;
    case kw_drop: piece_.object = word(i + 1); return i + 1;
    case kw_bulk:
    case kw_execute:
    case kw_exec: return i + 1;
    default: return i + 1;
  }
}

// Notes what a word inside a piece changes.
void BatchSplitter::follow(std::uint32_t i) {
  switch (word(i)) {
    case kw_case: ++piece_.case_depth; break;
    case kw_end: piece_.case_depth -= piece_.case_depth > 0 ? 1 : 0; break;
    case kw_values:
      if (piece_.verb == kw_insert) piece_.needs_query = false;
      break;
    case kw_default:
      if (piece_.verb == kw_insert && word(i + 1) == kw_values) piece_.needs_query = false;
      break;
    case kw_set:
      piece_.needs_set = false;
      piece_.had_set = true;
      break;
    case kw_select:
    case kw_exec:
    case kw_execute:
      piece_.needs_query = false;
      break;
    case kw_insert:
    case kw_update:
    case kw_delete:
    case kw_merge:
      // The statement behind a list of CTEs.
      if (piece_.verb == kw_with) {
        piece_.verb = word(i);
        piece_.needs_query = word(i) == kw_insert;
        piece_.needs_set = word(i) == kw_update;
      }
      break;
    case kw_cursor: piece_.needs_query = true; break;
    case kw_to:
    case kw_from: piece_.needs_grantee = false; break;
    default: break;
  }
}

bool BatchSplitter::starts_dml(std::uint32_t i) const {
  const Keyword left = before(i);
  if (left == kw_then || left == kw_for || left == kw_bulk) return false;
  // ON DELETE CASCADE of a key; but SET NOCOUNT ON is complete, whatever comes next.
  if (left == kw_on && piece_.object == kw_table && (piece_.verb == kw_create || piece_.verb == kw_alter)) return false;
  switch (word(i)) {
    case kw_update:
      if (at(i + 1).is(TokenKind::open)) return false;  // UPDATE(column) of a trigger
      break;
    case kw_merge:
      if (word(i + 1) == kw_join || word(i + 1) == kw_union || word(i + 1) == kw_range || word(i + 1) == kw_partition) return false;
      break;
    default: break;
  }
  return !(piece_.verb == kw_with && piece_.needs_query);
}

bool BatchSplitter::starts_ddl(std::uint32_t i) const {
  if (piece_.action == i && piece_.verb == kw_alter) return false;
  if (piece_.verb == kw_create && piece_.object == kw_schema) {
    return word(i) != kw_create || (word(i + 1) != kw_table && word(i + 1) != kw_view);
  }
  if (piece_.verb != kw_alter || word(i) == kw_create) return true;
  const Token& next = at(i + 1);
  if (next.is(TokenKind::open) || next.is(TokenKind::literal)) return false;
  switch (next.keyword) {
    case kw_column:
    case kw_constraint:
    case kw_member:
    case kw_masked:
    case kw_rowguidcol:
    case kw_sparse:
    case kw_persisted:
    case kw_not: return false;
    default: return true;
  }
}

// A CTE needs a semicolon before it, but what looks like one can be nothing else.
bool BatchSplitter::starts_with(std::uint32_t i) const {
  if (!at(i + 1).is_name() || piece_.verb == kw_create) return false;
  std::uint32_t k = i + 2;
  if (at(k).is(TokenKind::open) && at(k).partner != no_partner) k = at(k).partner + 1;
  return word(k) == kw_as && at(k + 1).is(TokenKind::open) && before(i) != kw_for;
}

bool BatchSplitter::starts_set(std::uint32_t i) const {
  if (piece_.needs_set) return false;
  const Keyword left = before(i);
  if (left == kw_update || left == kw_delete) return false;
  if (piece_.verb != kw_alter) return true;
  if (piece_.object == kw_table || piece_.object == kw_index) return !at(i + 1).is(TokenKind::open) && piece_.action != i;
  // ALTER DATABASE has one SET of its own, roles and schemas have none.
  return piece_.had_set || piece_.object == kw_role || piece_.object == kw_schema || piece_.object == kw_authorization;
}

bool BatchSplitter::starts(std::uint32_t i) const {
  if (!may_end(i)) return false;
  const Keyword left = before(i);
  if (piece_.needs_grantee) return false;
  switch (word(i)) {
    case kw_select:
      if (left == kw_union || left == kw_except || left == kw_intersect || left == kw_for) return false;
      if (left == kw_all && i >= 2 && at(i - 2).is(kw_union)) return false;
      return !piece_.needs_query;
    case kw_insert:
    case kw_update:
    case kw_delete:
    case kw_merge: return starts_dml(i);
    case kw_set: return starts_set(i);
    case kw_exec:
    case kw_execute: return !(piece_.verb == kw_insert && piece_.needs_query) && left != kw_with;
    case kw_with: return starts_with(i);
    case kw_end:
    case kw_else: return piece_.case_depth == 0;
    case kw_if:
      // DROP TABLE IF EXISTS t
      return !(word(i + 1) == kw_exists && !at(i + 2).is(TokenKind::open));
    case kw_create:
    case kw_alter:
    case kw_drop: return starts_ddl(i);
    case kw_add: return word(i + 1) == kw_signature && piece_.action != i;
    case kw_enable:
    case kw_disable: return word(i + 1) == kw_trigger && piece_.action != i;
    case kw_grant:
    case kw_revoke:
    case kw_deny: return left != kw_with && !(piece_.verb == kw_create && piece_.object == kw_schema);
    case kw_fetch: return left != kw_row && left != kw_rows;
    case kw_rollback: return left != kw_with;
    case kw_throw: {
      const Token& next = at(i + 1);
      return next.is(TokenKind::number) || next.is(TokenKind::parameter) || next.is(TokenKind::semicolon) ||
             next.is(TokenKind::end) || next.is(kw_end);
    }
    case kw_receive:
    case kw_send: return word(i + 1) == kw_on && word(i + 2) == kw_conversation;
    case kw_use: return at(i + 1).is_name() || at(i + 1).is(TokenKind::substitution);
    case kw_backup:
    case kw_begin:
    case kw_break:
    case kw_bulk:
    case kw_checkpoint:
    case kw_close:
    case kw_commit:
    case kw_continue:
    case kw_dbcc:
    case kw_deallocate:
    case kw_declare:
    case kw_goto:
    case kw_kill:
    case kw_open:
    case kw_print:
    case kw_raiserror:
    case kw_readtext:
    case kw_reconfigure:
    case kw_restore:
    case kw_return:
    case kw_revert:
    case kw_save:
    case kw_setuser:
    case kw_shutdown:
    case kw_truncate:
    case kw_updatetext:
    case kw_waitfor:
    case kw_while:
    case kw_writetext: return true;
    default: return false;
  }
}

}  // namespace

void split_batch(const TokenStream& stream, std::uint32_t first, std::uint32_t last, std::uint32_t batch,
                 std::vector<StatementRange>& pieces) {
  BatchSplitter splitter(stream, first, last, batch, pieces);
  splitter.text_ = stream.text;
  splitter.run();
}

}  // namespace backstay::sql
