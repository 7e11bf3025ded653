// Oracle: the splitter drives the lexer, because only it knows where SQL*Plus would read a command.
#pragma once

#include "core/sql/lexer.hpp"
#include "core/sql/splitter.hpp"

namespace backstay::sql {

void split_oracle(Lexer& lexer, SplitText& out);

// Finds the `;` that ends a PL/SQL unit by counting its blocks. Feed it every token of the unit.
class UnitEnd {
 public:
  // How the unit starts; other kinds of statement are not units.
  enum class Kind : std::uint8_t { none, block, routine, package, package_body, type, type_body, trigger, with_query, until_slash };

  void start(Kind kind) { *this = UnitEnd(); kind_ = kind; }
  Kind kind() const { return kind_; }
  // True when this token, a semicolon, ends the unit.
  bool feed(const Token& token);

 private:
  void header_word(const Token& token);
  Kind kind_ = Kind::none;
  std::uint32_t depth_ = 0;       // BEGIN, IF, CASE, LOOP, package
  // Depths of the subprograms and DECLARE parts whose BEGIN is still to come, innermost last.
  std::vector<std::uint32_t> pending_;
  std::uint32_t brackets_ = 0;
  bool header_ = false;           // between PROCEDURE/FUNCTION and its IS/AS or ;
  bool header_closed_ = false;    // IS or AS was the token before
  bool opened_ = false;           // IS/AS of the package or type body was read
  bool query_ = false;            // with_query: SELECT was read outside the functions
  Keyword before_ = no_keyword;
  bool after_dot_ = false;
};

}  // namespace backstay::sql
