// What the generators of the servers share. Internal to core/rollback.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/rollback/reverse.hpp"
#include "core/text/words.hpp"

namespace backstay::rollback {

// What the generators have in common. Each fills, for one statement, before, statement, after, reverse, class and reasons
// of its piece; the scripts are put together when all pieces are there.
class ScriptWriter {
 public:
  // All of it is borrowed and outlives the writer.
  ScriptWriter(ReverseScripts& out, const CapturePlan& plan, const TextDocument& document, const Words& say) : out_(out), plan_(plan), document_(document), say_(say) {}
  virtual ~ScriptWriter() = default;
  ScriptWriter(const ScriptWriter&) = delete;
  ScriptWriter& operator=(const ScriptWriter&) = delete;

  void write();

 protected:
  virtual ReversePiece piece_of(const PlannedStatement& statement) = 0;
  virtual void write_scripts() = 0;

  std::string slice(std::size_t begin, std::size_t end) const { return std::string(document_.text().substr(begin, end - begin)); }
  // Comment lines at the top of a script, each sentence with a line of its own.
  std::string heading(const std::vector<std::string_view>& sentences) const;
  std::string capture_heading() const;
  std::string reverse_heading() const;
  // Comment lines above a step: "-- Step 3, line 7: UPDATE, safe", and the reasons.
  std::string step_heading(const ReversePiece& piece) const;
  // The steps of the reverse script, last first, each below its statement as a comment. `wrap` puts around them what the
  // server needs.
  std::string reverse_steps(std::string (*wrap)(const std::string& step)) const;

  ReverseScripts& out_;
  const CapturePlan& plan_;
  const TextDocument& document_;
  const Words& say_;
};

void write_postgresql(ReverseScripts& out, const CapturePlan& plan, const TextDocument& document, const Words& say);
void write_mssql(ReverseScripts& out, const CapturePlan& plan, const TextDocument& document, const Words& say);
void write_oracle(ReverseScripts& out, const CapturePlan& plan, const TextDocument& document, const Words& say);
void write_sqlite(ReverseScripts& out, const CapturePlan& plan, const TextDocument& document, const Words& say, const std::vector<KnownTable>& known);

// What all generators say of a statement before they know how it is written. `step` counts from 1.
ReversePiece start_piece(const PlannedStatement& statement, const TextDocument& document, std::uint32_t step);
// A clause with a capital and a full stop.
std::string as_sentence(std::string text);
// Obstacles, and effects that cannot be read from the text, become reasons for not_undone.
void add_obstacles(const PlannedStatement& statement, ReversePiece& piece);

// 'text' with quotes doubled.
std::string sql_literal(std::string_view text);
// $backstay$text$backstay$ with a tag that the text does not hold.
std::string dollar_quoted(std::string_view text);
// "-- " before each line.
std::string as_comment(std::string_view text);

void raise_class(ReversePiece& piece, ReverseClass least, std::string reason = {});

// Bytes between statements that hold comments, so that the capture script still reads like the original.
std::string gap_text(const TextDocument& document, std::size_t begin, std::size_t end);

}  // namespace backstay::rollback
