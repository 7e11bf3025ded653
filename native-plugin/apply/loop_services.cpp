// Jobs, maintenance, window, verification and notifications.
#include <nlohmann/json.hpp>

#include "native-plugin/apply/apply_loop.hpp"
#include "native-plugin/fs/faults.hpp"
#include "native-plugin/services/outbox.hpp"

namespace backstay::plugin {

using apply::Answer;
using apply::Outcome;
using apply::Request;
using nlohmann::json;

namespace {

Answer fault(const char* what) {
  const int error = faults::point("callback", what);
  return error ? failed(Outcome::failed, "host", "fault") : Answer();
}

}  // namespace

Answer ApplyLoop::check_jobs() {
  if (Answer injected = fault("jobs"); injected.outcome != Outcome::ok) return injected;
  std::vector<Job> jobs;
  bool checked = false;
  if (auto asked = at_.services.jobs->running(jobs, checked); !asked.ok()) return answered(asked);
  if (!checked) {
    const std::string warning = "jobs: not checked, nobody knows whether an import is running";
    if (warnings_.empty() || warnings_.back() != warning) warnings_.push_back(warning);
  }
  std::string blocking;
  for (const Job& job : jobs) {
    if (job.blocks) blocking += (blocking.empty() ? "" : ", ") + job.kind + (job.id.empty() ? "" : " " + job.id) + (job.table.empty() ? "" : " on " + job.table);
  }
  return blocking.empty() ? Answer() : failed(Outcome::busy, "jobs", "a long-running job is active: " + blocking);
}

Answer ApplyLoop::check_window(const Request& request) {
  if (!settings_.window) return {};
  switch (window_at(*settings_.window, at_.services.clock->now_ms(), request.timeout_ms)) {
    case WindowState::open: return {};
    case WindowState::too_early: return failed(Outcome::outside_window, "window", "the maintenance window has not begun");
    case WindowState::too_late: return failed(Outcome::outside_window, "window", "the maintenance window is over, or what is left of it is too short");
  }
  return {};
}

Answer ApplyLoop::enter_maintenance(const Request& request) {
  if (Answer injected = fault("enter"); injected.outcome != Outcome::ok) return injected;
  json document = json::parse(request.text, nullptr, false);
  if (!document.is_object()) document = json::object();
  document["op_id"] = settings_.op_id;
  document["starts_at"] = at_.now();
  const json usual = {{"reason", settings_.kind}, {"users", "locked-out"}, {"offline_edits", "continue"}, {"sync", "pause-and-wait"},
                      {"integrations", {{"status", 503}, {"retry_after_s", 120}}}};
  for (const auto& member : usual.items()) {
    if (!document.contains(member.key())) document[member.key()] = member.value();
  }
  if (auto held = at_.services.jobs->hold_new(true); !held.ok()) return answered(held);
  return answered(at_.services.maintenance->enter(settings_.op_id, document.dump()));
}

Answer ApplyLoop::leave_maintenance(const Request&) {
  if (Answer injected = fault("leave"); injected.outcome != Outcome::ok) return injected;
  if (auto left = at_.services.maintenance->leave(settings_.op_id, json({{"op_id", settings_.op_id}}).dump()); !left.ok()) return answered(left);
  return answered(at_.services.jobs->hold_new(false));
}

Answer ApplyLoop::call_host(const Request& request) {
  const json call = json::parse(request.text, nullptr, false);
  const std::string action = call.is_object() ? call.value("action", "") : "";
  // The interface has no call for it: an administrator does it, and the report says so.
  warnings_.push_back("left to the host: " + action + (call.is_object() ? " (" + call.value("element", "") + ")" : ""));
  return {};
}

Answer ApplyLoop::verify(const Request& request) {
  if (Answer injected = fault("verify"); injected.outcome != Outcome::ok) return injected;
  if (!at_.services.verifier) return {};
  std::string report;
  return answered(at_.services.verifier->verify(settings_.op_id, request.text, report));
}

// Written first, sent afterwards; a mail that cannot be sent stays in the outbox and undoes nothing.
Answer ApplyLoop::notify(const Request& request) {
  if (Answer injected = fault("notify"); injected.outcome != Outcome::ok) return injected;
  auto folder = at_.state->reopen();
  if (!folder.ok()) return failed(folder.error());
  Outbox outbox(std::move(folder.value()));
  Event event;
  event.op_id = settings_.op_id;
  event.kind = request.name;
  event.at_ms = at_.services.clock->now_ms();
  event.subject = "Backstay: " + request.name;
  event.text = "Operation " + settings_.op_id + ": " + request.name + "\n";
  event.details = request.text;
  event.recipients = settings_.recipients;
  if (auto put = outbox.put(event); !put.ok()) return answered(put);
  if (auto sent = outbox.send_waiting(at_.services.notifier.get()); !sent.ok()) warnings_.push_back("a notification waits in the outbox: " + sent.message);
  return {};
}

}  // namespace backstay::plugin
