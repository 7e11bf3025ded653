// A place in a range of tokens, with the small questions a recogniser asks.
#pragma once

#include <initializer_list>
#include <string_view>

#include "core/sql/token.hpp"

namespace backstay::sql {

// Reading behind the range gives tokens of kind end, so no caller needs to ask for the length.
class Cursor {
 public:
  Cursor(const TokenStream& stream, std::uint32_t pos, std::uint32_t last) : stream_(&stream), pos_(pos), last_(last) {}

  std::uint32_t pos() const { return pos_; }
  std::uint32_t last() const { return last_; }
  bool done() const { return pos_ >= last_; }
  const TokenStream& stream() const { return *stream_; }

  const Token& peek(std::uint32_t ahead = 0) const {
    return pos_ + ahead < last_ ? stream_->tokens[pos_ + ahead] : behind();
  }
  // Of an absolute index.
  const Token& at(std::uint32_t i) const { return i < last_ ? stream_->tokens[i] : behind(); }
  std::string_view spelling(const Token& token) const { return stream_->spelling(token); }
  std::string_view spelling() const { return stream_->spelling(peek()); }
  bool is(Keyword k, std::uint32_t ahead = 0) const { return peek(ahead).keyword == k; }
  bool is(TokenKind k, std::uint32_t ahead = 0) const { return peek(ahead).kind == k; }
  bool is_sign(std::string_view sign, std::uint32_t ahead = 0) const {
    const Token& token = peek(ahead);
    return token.is(TokenKind::op) && spelling(token) == sign;
  }
  bool is_any(std::initializer_list<Keyword> keywords) const {
    for (const Keyword k : keywords) {
      if (peek().keyword == k) return true;
    }
    return false;
  }
  // A word that is not a keyword of ours, by its spelling.
  bool is_word(std::string_view word, std::uint32_t ahead = 0) const {
    const Token& token = peek(ahead);
    return token.is(TokenKind::word) && same_word(spelling(token), word);
  }

  void move_to(std::uint32_t pos) { pos_ = pos; }
  void advance(std::uint32_t count = 1) { pos_ = pos_ + count < last_ ? pos_ + count : last_; }
  bool take(Keyword k) {
    if (peek().keyword != k) return false;
    ++pos_;
    return true;
  }
  // All of them in a row, or nothing.
  bool take(Keyword first, Keyword second) {
    if (peek().keyword != first || peek(1).keyword != second) return false;
    pos_ += 2;
    return true;
  }
  bool take(TokenKind k) {
    if (peek().kind != k) return false;
    ++pos_;
    return true;
  }
  // One token, or a whole bracket.
  void skip() { pos_ = behind_group(pos_); }
  std::uint32_t behind_group(std::uint32_t i) const {
    const Token& token = at(i);
    if (token.is(TokenKind::open) && token.partner != no_partner && token.partner < last_) return token.partner + 1;
    return i < last_ ? i + 1 : last_;
  }
  // The range inside the bracket at the place; empty when there is none.
  Cursor inside() const {
    const Token& token = peek();
    if (!token.is(TokenKind::open) || token.partner == no_partner || token.partner > last_) return Cursor(*stream_, pos_, pos_);
    return Cursor(*stream_, pos_ + 1, token.partner);
  }
  Cursor range(std::uint32_t first, std::uint32_t last) const { return Cursor(*stream_, first, last < last_ ? last : last_); }
  // First place from here on, outside brackets, that has the keyword; last() when there is none.
  std::uint32_t find(Keyword k) const {
    for (std::uint32_t i = pos_; i < last_; i = behind_group(i)) {
      if (at(i).keyword == k) return i;
    }
    return last_;
  }

 private:
  static const Token& behind() {
    static constexpr Token none{};
    return none;
  }
  const TokenStream* stream_;
  std::uint32_t pos_, last_;
};

}  // namespace backstay::sql
