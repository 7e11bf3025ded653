// ALTER TABLE of Oracle, whose actions follow each other without commas.
#include "core/sql/recogniser.hpp"

namespace backstay::sql {

void Recogniser::alter_table_oracle(const Statement& s, const Name& table, Cursor c) {
  // Actions follow each other without commas: ADD (...) MODIFY (...) DROP COLUMN ...
  const auto columns = [&](Cursor list, const auto& each) {
    while (!list.done() && !full()) {
      std::uint32_t end = list.pos();
      while (end < list.last() && !list.at(end).is(TokenKind::comma)) end = list.behind_group(end);
      each(list.range(list.pos(), end));
      list.move_to(end);
      list.advance();
    }
  };
  const auto action_start = [&](const Cursor& at) {
    return at.is(kw_add) || at.is(kw_modify) || at.is(kw_drop) || at.is(kw_rename) || at.is(kw_enable) || at.is(kw_disable);
  };
  const auto skip_rest = [&] {
    while (!c.done() && !action_start(c)) c.skip();
  };
  while (!c.done() && !full()) {
    const std::uint32_t at = c.pos();
    switch (c.peek().keyword) {
      case kw_add: {
        c.advance();
        // A new partition is empty: no rows move.
        if (c.is(kw_partition) || c.is(kw_subpartition) || c.is(kw_supplemental)) {
          alter_fact(s, table, Action::define, at);
          return;
        }
        bool first = true;
        const auto one = [&](Cursor a) {
          if (const auto constraint = constraint_start(a)) {
            Fact& fact = alter_fact(s, table, *constraint, first ? at : a.pos());
            if (a.take(kw_constraint)) {
              fact.members.push_back(normalised(a.peek()));
              fact.add(Flag::named);
            }
            if (a.find(kw_novalidate) < a.last()) fact.add(Flag::not_valid);
          } else {
            added_column(s, table, a);
          }
          first = false;
        };
        if (c.is(TokenKind::open)) {
          columns(c.inside(), one);
          c.skip();
        } else {
          // One column or constraint; DISABLE and ENABLE behind a constraint are its state.
          c.take(kw_column);
          const bool constraint = constraint_start(c).has_value();
          std::uint32_t end = c.pos() + 1;
          while (end < c.last() && !c.at(end).is(kw_add) && !c.at(end).is(kw_modify) && !(c.at(end).is(kw_drop) && !constraint)) {
            end = c.behind_group(end);
          }
          one(c.range(c.pos(), end));
          c.move_to(end);
        }
        continue;
      }
      case kw_modify: {
        c.advance();
        if (c.is(kw_constraint) || (c.is(kw_primary) && c.is(kw_key, 1)) || (c.is(kw_unique) && c.is(TokenKind::open, 1))) {
          const bool disable = c.find(kw_disable) < c.last();
          const bool enable = c.find(kw_enable) < c.last() || c.find(kw_validate) < c.last();
          if (!disable && !enable) {
            alter_fact(s, table, Action::define, at);
          } else {
            Fact& fact = add(disable ? Verb::disable : Verb::enable, s, at, ObjectKind::constraint);
            fact.names.push_back(table);
            if (c.take(kw_constraint)) fact.members.push_back(normalised(c.peek()));
          }
          return;
        }
        if (c.is(kw_partition) || c.is(kw_subpartition) || c.is(kw_default) || c.is_word("lob") || c.is_word("nested")) {
          alter_fact(s, table, Action::define, at);
          return;
        }
        const auto one = [&](Cursor a) {
          if (a.done()) return;
          const std::uint32_t column = a.pos();
          const auto fill = [&](Action action) -> Fact& {
            Fact& fact = alter_fact(s, table, action, column);
            fact.column = {normalised(a.at(column)), span_of(column, column + 1)};
            fact.written_column = spelling(a.at(column));
            return fact;
          };
          a.advance();
          // A type follows unless the next word already belongs to a property.
          const bool type = a.peek().is(TokenKind::word) && !a.is_any({kw_not, kw_null, kw_default, kw_constraint, kw_primary, kw_unique,
                                                                      kw_check, kw_references, kw_visible, kw_invisible, kw_generated,
                                                                      kw_encrypt, kw_decrypt, kw_drop, kw_collate, kw_enable, kw_disable});
          bool property = false;
          if (type) fill(Action::column_type).add(Flag::rewrites_table);
          for (; !a.done(); a.skip()) {
            if (a.is(kw_null) && !a.at(a.pos() - 1).is(kw_default)) {
              const bool not_null = a.at(a.pos() - 1).is(kw_not);
              Fact& fact = fill(Action::column_nullability);
              if (not_null) fact.add(Flag::not_null);
              property = true;
            }
          }
          if (!type && !property) fill(Action::column_default).anchor = span_of(at, at + 1);
        };
        if (c.is(TokenKind::open)) {
          columns(c.inside(), one);
          c.skip();
        } else {
          std::uint32_t end = c.pos() + 1;
          while (end < c.last() && !c.at(end).is(kw_add) && !c.at(end).is(kw_modify)) end = c.behind_group(end);
          one(c.range(c.pos(), end));
          c.move_to(end);
        }
        continue;
      }
      case kw_set:
      case kw_drop: {
        const bool set = c.is(kw_set);
        c.advance();
        if (set && !c.take(kw_unused)) {
          alter_fact(s, table, Action::define, at);
          return;
        }
        if (c.is(kw_partition) || c.is(kw_subpartition)) {
          Fact& fact = add(Verb::truncate, s, at, ObjectKind::table);
          fact.names.push_back(table);
          return;
        }
        if (c.is(kw_unused)) {  // DROP UNUSED COLUMNS
          alter_fact(s, table, Action::define, at);
          return;
        }
        if (c.is(kw_constraint) || (c.is(kw_primary) && c.is(kw_key, 1)) || (c.is(kw_unique) && c.is(TokenKind::open, 1))) {
          Fact& fact = alter_fact(s, table, Action::drop_constraint, at);
          if (c.take(kw_constraint)) fact.members.push_back(normalised(c.peek()));
          c.advance();
          while (!c.done() && !action_start(c)) {
            if (c.is(kw_cascade)) fact.add(Flag::cascade);
            c.skip();
          }
          continue;
        }
        const std::size_t before = script_.facts.size();
        const auto one = [&](Cursor a) {
          Fact& fact = alter_fact(s, table, Action::drop_column, a.pos());
          fact.column = {normalised(a.peek()), span_of(a.pos(), a.pos() + 1)};
          fact.written_column = spelling(a.peek());
        };
        if (c.is(TokenKind::open)) {
          columns(c.inside(), one);
          c.skip();
        } else {
          c.take(kw_column);
          c.take(kw_columns);
          if (c.is(TokenKind::open)) {
            columns(c.inside(), one);
            c.skip();
          } else if (!c.done()) {
            one(c.range(c.pos(), c.pos() + 1));
            c.advance();
          }
        }
        while (!c.done() && !action_start(c)) {
          if (c.is(kw_cascade)) {
            for (std::size_t i = before; i < script_.facts.size(); ++i) script_.facts[i].add(Flag::cascade);
          }
          c.skip();
        }
        continue;
      }
      case kw_rename: {
        c.advance();
        ObjectKind kind = ObjectKind::table;
        if (c.take(kw_column)) kind = ObjectKind::column;
        else if (c.take(kw_constraint)) kind = ObjectKind::constraint;
        else if (c.is(kw_partition) || c.is(kw_subpartition)) {
          alter_fact(s, table, Action::define, at);
          return;
        }
        Fact& fact = add(Verb::rename, s, at, kind);
        fact.names.push_back(table);
        if (kind == ObjectKind::column) {
          fact.column = {normalised(c.peek()), span_of(c.pos(), c.pos() + 1)};
          fact.written_column = spelling(c.peek());
        } else if (kind == ObjectKind::constraint) {
          fact.members.push_back(normalised(c.peek()));
        }
        c.move_to(c.find(kw_to));
        c.advance();
        const Name to = name(c);
        script_.facts.back().new_name = to;
        skip_rest();
        continue;
      }
      case kw_truncate: {
        Fact& fact = add(Verb::truncate, s, at, ObjectKind::table);
        fact.names.push_back(table);
        if (c.find(kw_cascade) < c.last()) fact.add(Flag::cascade);
        return;
      }
      case kw_exchange:
      case kw_split:
      case kw_merge:
      case kw_coalesce: {
        alter_fact(s, table, Action::partition, at);
        const std::uint32_t with = c.find(kw_with);
        if (with < c.last() && c.at(with + 1).is(kw_table)) {
          c.move_to(with + 2);
          const Name other = name(c);
          script_.facts.back().other_name = other;
        }
        return;
      }
      case kw_enable:
      case kw_disable: {
        const bool enable = c.is(kw_enable);
        c.advance();
        while (c.is(kw_validate) || c.is(kw_novalidate)) c.advance();
        if (c.is(kw_all) && c.is(kw_triggers, 1)) {
          add(enable ? Verb::enable : Verb::disable, s, at, ObjectKind::trigger).names.push_back(table);
          return;
        }
        if (c.is(kw_constraint) || c.is(kw_primary) || c.is(kw_unique)) {
          Fact& fact = add(enable ? Verb::enable : Verb::disable, s, at, ObjectKind::constraint);
          fact.names.push_back(table);
          if (c.take(kw_constraint)) fact.members.push_back(normalised(c.peek()));
          c.advance();
          skip_rest();
          continue;
        }
        alter_fact(s, table, Action::define, at);
        return;
      }
      default:
        alter_fact(s, table, Action::define, at);
        return;
    }
  }
}

}  // namespace backstay::sql
