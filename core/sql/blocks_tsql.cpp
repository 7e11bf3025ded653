// T-SQL: puts the pieces of the splitter together to IF, WHILE, BEGIN..END and TRY..CATCH.
#include <algorithm>

#include "core/sql/recogniser.hpp"

namespace backstay::sql {

// Reads pieces in order. A false answer: the structure does not close.
class BatchReader {
 public:
  BatchReader(Recogniser& recogniser, const std::vector<StatementRange>& pieces) : r_(recogniser), pieces_(pieces) {}

  void run(bool top) {
    while (i_ < pieces_.size()) {
      if (pieces_[i_].starts_batch) start_batch();
      const std::size_t first = i_;
      const bool client = r_.token(pieces_[i_].first).is(TokenKind::client_line);
      if (r_.full()) {
        r_.not_understood(statement(i_), "the script has more statements than the limit");
        return;
      }
      if (top && !client) {
        if (r_.script_.statements == r_.limits_.max_statements) {
          r_.not_understood(statement(i_), "the script has more statements than the limit");
          return;
        }
        ++r_.script_.statements;
      }
      const std::size_t facts = r_.script_.facts.size();
      const std::size_t listed = r_.listing_ ? r_.listing_->size() : 0;
      if (one()) continue;
      // What came before in the statement says nothing when its end is missing.
      r_.forget_facts(facts);
      if (r_.listing_) r_.listing_->resize(listed);
      r_.handlers_.clear();
      const Statement s{pieces_[first].first, pieces_[first].last, {}};
      r_.list(s.first, s.last, "NOT-UNDERSTOOD");
      r_.not_understood(s, deep_ ? "statements are nested deeper than the limit" : "a block does not close");
      const std::uint32_t batch = pieces_[first].batch;
      while (i_ < pieces_.size() && pieces_[i_].batch == batch) ++i_;
      deep_ = false;
    }
  }

 private:
  Statement statement(std::size_t i) const { return {pieces_[i].first, pieces_[i].last, {}}; }
  Keyword word(std::size_t i, std::uint32_t k = 0) const {
    if (i >= pieces_.size()) return no_keyword;
    const StatementRange& piece = pieces_[i];
    return piece.first + k < piece.last ? r_.token(piece.first + k).keyword : no_keyword;
  }
  bool same_batch() const { return i_ < pieces_.size() && pieces_[i_].batch == batch_; }

  void start_batch() {
    batch_ = pieces_[i_].batch;
    r_.variables_.clear();
    r_.assigned_.clear();
  }

  bool one() {
    if (!same_batch()) {
      if (i_ >= pieces_.size() || !pieces_[i_].starts_batch) return false;
      start_batch();
    }
    if (r_.nesting_ > r_.limits_.max_sql_nesting) {
      deep_ = true;
      return false;
    }
    const StatementRange& piece = pieces_[i_];
    switch (word(i_)) {
      case kw_if: return if_statement();
      case kw_while: return while_statement();
      case kw_begin:
        if (piece.last == piece.first + 1) return block(false);
        if (word(i_, 1) == kw_try) return block(true);
        if (word(i_, 1) == kw_catch) return false;
        break;
      case kw_else: return false;
      case kw_end:
        if (word(i_, 1) != kw_conversation) return false;
        break;
      default: break;
    }
    ++i_;
    if (piece.last == piece.first + 2 && r_.spelling(r_.token(piece.first + 1)) == ":") {  // label:
      r_.list(piece.first, piece.last, "LABEL");
      r_.add(Verb::other, statement(i_ - 1), piece.first);
      return true;
    }
    if (piece.starts_batch && r_.bare_call(statement(i_ - 1))) return true;
    r_.statement(piece.first, piece.last);
    return true;
  }

  // The one statement a condition governs; the statements of its BEGIN..END directly.
  bool governed() {
    if (!same_batch()) return false;
    if (word(i_) == kw_begin && pieces_[i_].last == pieces_[i_].first + 1) {
      ++i_;
      return until_end();
    }
    return one();
  }

  bool until_end() {
    while (same_batch()) {
      if (word(i_) == kw_end && word(i_, 1) != kw_conversation) {
        ++i_;
        return true;
      }
      if (!one()) return false;
    }
    return false;
  }

  bool conditional(std::uint32_t first, std::uint32_t last, bool alternative) {
    const Statement s{first, last, {}};
    Cursor condition(r_.stream(), first, last);
    if (!r_.well_formed(s)) return false;
    const bool catalogue = r_.reads_catalogue(condition);
    r_.scan_expressions(s, r_.place_.parent);
    Fact& fact = r_.add(Verb::branch, s, first);
    if (catalogue) fact.add(Flag::reads_catalogue);
    if (alternative) fact.detail = "else";
    return inside(Context::branch);
  }

  bool inside(Context context) {
    const Recogniser::Inside scope(r_, r_.last_fact(), context);
    ++r_.branch_depth_;
    const std::size_t mark = r_.assigned_.size();
    const bool ok = governed();
    --r_.branch_depth_;
    r_.forget_assigned(mark);
    return ok;
  }

  bool if_statement() {
    r_.list(pieces_[i_].first, pieces_[i_].last, "IF");
    bool alternative = false;
    for (;;) {
      // At IF, or at the IF behind ELSE.
      const StatementRange& piece = pieces_[i_];
      ++i_;
      if (!conditional(piece.first, piece.last, alternative)) return false;
      if (!same_batch() || word(i_) != kw_else) return true;
      alternative = true;
      const StatementRange& otherwise = pieces_[i_];
      ++i_;
      if (same_batch() && word(i_) == kw_if) continue;
      return conditional(otherwise.first, otherwise.last, true);
    }
  }

  bool while_statement() {
    const StatementRange& piece = pieces_[i_];
    const Statement s = statement(i_);
    r_.list(piece.first, piece.last, "WHILE");
    ++i_;
    if (!r_.well_formed(s)) return false;
    r_.scan_expressions(s, r_.place_.parent);
    r_.add(Verb::loop, s, piece.first);
    if (i_ < pieces_.size() && r_.may_look_through_loop()) {
      const std::size_t end = governed_end();
      r_.forget_in_loop(pieces_[i_].first, pieces_[end - 1].last);
    }
    return inside(Context::loop);
  }

  // Behind the pieces that the condition just read governs, as far as they close.
  std::size_t governed_end() const {
    std::size_t depth = 0, k = i_;
    for (; k < pieces_.size() && pieces_[k].batch == batch_; ++k) {
      const Keyword first = word(k), second = word(k, 1);
      const bool opens = first == kw_begin && (pieces_[k].last == pieces_[k].first + 1 || second == kw_try || second == kw_catch);
      if (opens) ++depth;
      if (first == kw_end && second != kw_conversation && depth > 0) --depth;
      if (depth == 0 && first != kw_if && first != kw_while && first != kw_else) return k + 1;
    }
    return std::max(k, i_ + 1);
  }

  // BEGIN .. END, or BEGIN TRY .. END TRY BEGIN CATCH .. END CATCH.
  bool block(bool tries) {
    const Statement s = statement(i_);
    r_.list(s.first, s.last, tries ? "BEGIN-TRY" : "BEGIN");
    r_.add(Verb::block, s, s.first);
    const Recogniser::Inside scope(r_, r_.last_fact(), Context::block);
    ++i_;
    if (!until_end()) return false;
    if (!tries) return true;
    if (!same_batch() || word(i_) != kw_begin || word(i_, 1) != kw_catch) return false;
    const Statement handler = statement(i_);
    ++i_;
    r_.list(handler.first, handler.last, "BEGIN-CATCH");
    Fact& fact = r_.add(Verb::handler, handler, handler.first);
    fact.add(Flag::catches_all);
    const Recogniser::Inside within(r_, r_.last_fact(), Context::handler);
    r_.handlers_.push_back(r_.last_fact());
    ++r_.branch_depth_;
    const std::size_t mark = r_.assigned_.size();
    const bool ok = until_end();
    --r_.branch_depth_;
    r_.forget_assigned(mark);
    if (!r_.handlers_.empty()) r_.handlers_.pop_back();
    return ok;
  }

  Recogniser& r_;
  const std::vector<StatementRange>& pieces_;
  std::size_t i_ = 0;
  std::uint32_t batch_ = 0xFFFFFFFFu;
  bool deep_ = false;
};

// A procedure's name alone is a call when it starts a batch: name, or name 'argument', name @x = 1.
bool Recogniser::bare_call(const Statement& s) {
  Cursor c = cursor(s);
  if (!c.peek().is_name()) return false;
  if (c.peek().keyword != no_keyword) {
    // sp_help and kin are no keywords; a keyword that starts a batch starts a statement.
    return false;
  }
  if (!well_formed(s)) return true;
  const std::uint32_t at = c.pos();
  const Name routine = name(c);
  const Token& next = c.peek();
  const bool argument = next.is(TokenKind::literal) || next.is(TokenKind::number) || next.is(TokenKind::parameter) ||
                        (next.is_name() && (c.pos() + 1 == c.last() || c.is(TokenKind::comma, 1)));
  if (!c.done() && !argument) return false;
  list(s.first, s.last, "CALL");
  if (!special_procedure(s, routine, c)) call_fact(s, routine, CallForm::statement, at);
  substitutions(s.first, s.last);
  return true;
}

void Recogniser::batches(const SplitText& text) {
  const Place before = place_;
  BatchReader(*this, text.statements).run(dynamic_depth_ == 0 && place_.context == Context::top);
  place_ = before;
}

}  // namespace backstay::sql
