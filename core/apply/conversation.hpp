// The part of a Machine that every conversation shares: a list of requests still to be asked, and what is
// done with each answer.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "core/apply/machine.hpp"
#include "core/journal/record.hpp"

namespace backstay::apply {

class Conversation : public Machine {
 public:
  Request first() override;
  Request next(const Answer& answer) override;
  void cancel() override { cancel_asked_ = true; }
  End end() const override { return end_; }

 protected:
  using Then = std::function<void(const Answer&)>;

  explicit Conversation(Settings settings) : settings_(std::move(settings)) {}

  // Puts more requests into the list, or finishes. Called whenever the list is empty.
  virtual void advance() = 0;
  // An answer that is not ok came for a request without a `then`. The rest of the list is gone.
  virtual void fail(const Answer& answer) = 0;
  // Whether cancel() may turn into a failure before the next request.
  virtual bool may_stop() const = 0;

  // Asked in the order of the calls. `then` sees every answer; without it only failures are looked at, by fail().
  void ask(Request request, Then then = nullptr);
  void ask(RequestKind kind, Then then = nullptr);
  // Before everything that is still to be asked; inside a `then`, for what has to follow its answer at once.
  void ask_next(Request request, Then then = nullptr);
  void read_next(std::string_view sql, std::vector<db::Value> values, Then then);
  void record(journal::State state, std::string payload = "{}", std::string step = {});
  void execute(std::string_view sql, std::vector<db::Value> values = {}, Then then = nullptr);
  void read(std::string_view sql, std::vector<db::Value> values, Then then);
  void tell_progress(std::string_view phase, std::uint64_t done, std::uint64_t total);
  // What is not asked yet is forgotten.
  void drop_pending() { pending_.clear(); }
  // The conversation ends with this outcome document.
  void finish(End end, std::string document);
  bool is_finished() const { return finished_; }
  bool cancel_asked() const { return cancel_asked_; }

  Settings settings_;

 private:
  struct Pending {
    Request request;
    Then then;
    std::string sql;  // what request.sql points at
  };
  Request take();

  std::deque<Pending> pending_;
  Pending current_;
  bool finished_ = false, cancel_asked_ = false;
  End end_ = End::abandoned;
};

}  // namespace backstay::apply
