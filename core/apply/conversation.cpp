#include "core/apply/conversation.hpp"

namespace backstay::apply {

std::string_view to_string(End end) {
  switch (end) {
    case End::done: return "DONE";
    case End::rolled_back: return "ROLLED_BACK";
    case End::abandoned: return "ABANDONED";
    case End::cancelled: return "CANCELLED";
    case End::suspended: return "SUSPENDED";
    case End::restore_failed: return "RESTORE_FAILED";
    case End::incomplete: return "INCOMPLETE";
    case End::differs: return "DIFFERS";
    case End::dry_run: return "DRY_RUN";
  }
  return "ABANDONED";
}

std::string_view to_string(Transactions mode) {
  switch (mode) {
    case Transactions::whole: return "whole";
    case Transactions::per_package: return "per-package";
    case Transactions::per_step: return "per-step";
  }
  return "whole";
}

Request Conversation::first() { return take(); }

Request Conversation::next(const Answer& answer) {
  Then then = std::move(current_.then);
  if (then) {
    then(answer);
  } else if (answer.outcome != Outcome::ok) {
    drop_pending();
    fail(answer);
  }
  if (cancel_asked_ && !finished_ && may_stop()) {
    cancel_asked_ = false;
    drop_pending();
    Answer stopped;
    stopped.outcome = Outcome::cancelled;
    stopped.problem.code = "cancelled";
    stopped.problem.message = "the operation was asked to stop";
    fail(stopped);
  }
  return take();
}

Request Conversation::take() {
  while (pending_.empty() && !finished_) advance();
  current_ = std::move(pending_.front());
  pending_.pop_front();
  if (!current_.sql.empty()) current_.request.sql = current_.sql;
  return current_.request;
}

void Conversation::ask(Request request, Then then) {
  Pending pending;
  pending.request = std::move(request);
  pending.then = std::move(then);
  pending_.push_back(std::move(pending));
}

void Conversation::ask_next(Request request, Then then) {
  Pending pending;
  pending.request = std::move(request);
  pending.then = std::move(then);
  pending_.push_front(std::move(pending));
}

void Conversation::ask(RequestKind kind, Then then) {
  Request request;
  request.kind = kind;
  ask(std::move(request), std::move(then));
}

void Conversation::record(journal::State state, std::string payload, std::string step) {
  Request request;
  request.kind = RequestKind::journal;
  request.name = journal::to_string(state);
  request.step = std::move(step);
  request.text = std::move(payload);
  request.durable = true;
  ask(std::move(request));
}

void Conversation::execute(std::string_view sql, std::vector<db::Value> values, Then then) {
  Pending pending;
  pending.request.kind = RequestKind::execute;
  pending.request.values = std::move(values);
  pending.sql = sql;
  pending.then = std::move(then);
  pending_.push_back(std::move(pending));
}

void Conversation::read(std::string_view sql, std::vector<db::Value> values, Then then) {
  execute(sql, std::move(values), std::move(then));
  pending_.back().request.kind = RequestKind::read_rows;
}

void Conversation::read_next(std::string_view sql, std::vector<db::Value> values, Then then) {
  read(sql, std::move(values), std::move(then));
  pending_.push_front(std::move(pending_.back()));
  pending_.pop_back();
}

void Conversation::tell_progress(std::string_view phase, std::uint64_t done, std::uint64_t total) {
  Request request;
  request.kind = RequestKind::progress;
  request.name = phase;
  request.done = done;
  request.total = total;
  ask(std::move(request), [](const Answer&) {});
}

void Conversation::finish(End end, std::string document) {
  end_ = end;
  finished_ = true;
  Request request;
  request.kind = RequestKind::done;
  request.text = std::move(document);
  ask(std::move(request));
}

}  // namespace backstay::apply
