// An apply or a restore: the same phases, with other work in the middle (README.md draws them). Recovery is the
// same class started in a later phase. Parts: operation_prepare.cpp up to the backup, operation_run.cpp the
// change, operation_end.cpp behind it, operation_undo.cpp the failure branch.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/apply/conversation.hpp"
#include "core/apply/risk.hpp"
#include "core/apply/work.hpp"
#include "core/base/json.hpp"

namespace backstay::apply {

// What an operation is to do, as the start functions put it together.
struct Assignment {
  std::string kind = "apply";           // "apply", "restore", "uninstall"
  std::string why_not;                  // one sentence: it cannot be done at all
  std::vector<Work> works;
  std::vector<StoreChange> store_changes;
  std::string contents_backup;          // restore: where StoreChange::backup_entry lies
  std::vector<Risk> risks;
  std::vector<std::string> actions;     // one sentence each, for a dry run
  std::vector<std::string> touched_tables;
  std::string packages_json = "[]";     // [{"name","version","previous_version"}]
  std::string changes_json;             // of a promotion: [{"resource_id", ...}] for the changelog; else empty
  std::string plan_digest, plan_json;
  std::string full_copy_of;             // restore: put the full copy of this backup back instead of running the works
};

class Operation : public Conversation {
 public:
  Operation(Assignment assignment, Settings settings);
  // A restore: what it is to do stands in the backup, which is read first.
  Operation(RestoreOrder order, Settings settings);
  // Goes on where a process died.
  Operation(Unfinished unfinished, Settings settings);

 protected:
  void advance() override;
  void fail(const Answer& answer) override;
  bool may_stop() const override;
  Assignment job_;

  enum class Phase : std::uint8_t {
    read_backup, look, open, try_works, clear, lock, recheck, prepare, back_up, run, commit_unknown, verify, commit, export_rows, unlock, close,
    abandon, undo, undo_copy, undone, suspend, give_up, recover, finished,
  };
  Phase phase_ = Phase::open;

 private:
  // restore.cpp
  void read_backup();
  void read_part(const char* entry, std::string& into);
  void look();
  void try_works();
  // restore_plan.cpp
  void plan_restore();
  void plan_elements(const JsonValue& manifest);
  void plan_undoing(const JsonValue& undo_list);
  void plan_full_copy();
  void list_actions();
  bool is_whole_scope() const;
  bool is_in_scope(const std::string& package, const std::string& key) const;
  bool is_in_scope(const Undoing& undoing) const;
  // restore_risks.cpp
  void add_risk(std::string id, std::string message, bool is_required = true);
  void weigh_drift(const std::string& now);
  void weigh_elements(const std::string& digests);
  void weigh_overlaps();
  void weigh_coverage(const Undoing& undoing);
  std::string digest_of_plan() const;
  // operation_prepare.cpp
  void open();
  std::string unknown_acknowledgement() const;
  void take_lock();
  void clear();
  void lock();
  void recheck();
  void prepare();
  void prepare_next();
  bool refuses_without_way_back();
  void back_up();
  std::string manifest() const;
  // operation_run.cpp
  void run();
  void run_segment();
  void run_work(std::size_t index);
  void after_work(std::size_t index, const Answer& answer);
  void run_prelude();
  void drop_unused(std::size_t index);
  void drop_unless_used(std::size_t index, const Answer& is_used);
  void run_change(std::size_t index);
  void note_change(std::size_t index, const std::string& previous);
  void undo_changes();
  void read_conflicts();
  void note_created(std::vector<const Work*>& made);
  void commit_segment();
  void note_schema_undo(const db::Rows& objects);
  void note_conflicts(const std::string& document);
  void write_witnesses();
  bool is_on_sqlite() const { return settings_.engine == db::Engine::sqlite; }
  void after_commit(const Answer& answer);
  void ask_whether_committed();
  bool is_last_segment() const { return segment_end_ >= job_.works.size(); }
  std::size_t end_of_segment(std::size_t begin) const;
  // operation_end.cpp
  void verify();
  void commit();
  void export_rows();
  void add_second_part(const db::Rows& steps);
  std::string touched() const;
  std::string reverse_by_hand(const db::Rows& steps) const;
  std::string elements_now() const;
  void drop_captures();
  void drop_witnesses();
  void unlock();
  void close();
  // operation_undo.cpp
  void abandon();
  void undo();
  void undo_applied(const db::Rows& steps);
  void undo_copy();
  bool suspends_as_vendor();
  void put_back_store();
  void run_undo(const std::vector<Undoing>& undoings);
  void clean_up_witnesses();
  void undone();
  void suspend();
  void give_up();
  // recovery.cpp
  void recover();
  void after_witness(bool has_everything, bool has_some);

  void recover_from(journal::State state);
  void change_store(RequestKind kind);
  void note_failure(const Answer& answer, std::string_view during);
  std::string outcome(End end) const;
  std::string problem_json() const;
  bool is_acknowledged(const std::string& risk) const;

  std::optional<Unfinished> unfinished_;
  std::optional<RestoreOrder> restore_;
  std::string manifest_, undo_text_, after_snapshot_, after_elements_, elements_list_, reverse_text_, now_snapshot_, after_digests_, dry_run_digest_;
  std::vector<std::string> drift_, asked_for_steps_, dropped_empty_;
  bool has_full_copy_ = false;  // the backup has one
  bool is_exactly_as_left_ = false;  // nobody has written to the target since the operation that is taken back
  std::string backup_id_, before_, after_, problem_step_, undo_list_, prelude_;
  Problem problem_of_;
  std::vector<Risk> open_risks_;
  std::vector<std::string> left_, warnings_, conflicts_, undo_scripts_;
  std::vector<HostCall> host_calls_;
  std::deque<std::string> created_calls_;  // requests point into it
  Undoing segment_undoing_;
  db::Rows objects_before_;
  std::size_t prepared_ = 0, segment_begin_ = 0, segment_end_ = 0, segments_committed_ = 0, steps_done_ = 0;
  bool is_locked_ = false, is_in_maintenance_ = false, is_staged_ = false, is_commit_unknown_ = false;
  bool was_cancelled_ = false, is_prepared_ = false, is_connection_lost_ = false;
  bool has_intent_ = false;   // the first change may have begun
  bool is_way_back_looked_at_ = false;
  bool is_copied_ = false;    // the full copy of another operation's backup was put back
  bool is_decided_ = false;   // COMMITTED: nothing is taken back any more
  bool is_undoing_ = false, is_giving_up_ = false;
};

}  // namespace backstay::apply
