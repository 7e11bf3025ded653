// Jobs, maintenance, window, verification and notifications.
#include <algorithm>

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

bool is_change(std::string_view action) { return action == "add" || action == "modify" || action == "delete"; }

// What a person reads who gets it as a mail.
std::string sentence_of(const std::string& event, const json& details) {
  const bool is_done = event.ends_with(".done");
  std::string text = is_done                       ? "It is done, and users can work again."
                     : event.ends_with(".restored") ? "It failed, and everything is as it was before. Users can work again."
                     : event.ends_with(".suspended") ? "It failed, and going back waits for a decision. Users are still locked out."
                                                     : "It failed, and not everything could be taken back. Users are still locked out.";
  if (!details.is_object()) return text;
  if (details.contains("problem") && details["problem"].is_object()) text += "\nReason: " + details["problem"].value("message", "");
  if (details.contains("risks") && details["risks"].is_array() && event.ends_with(".suspended")) {
    for (const json& risk : details["risks"]) text += "\nRisk: " + (risk.is_object() ? risk.value("id", "") + " " + risk.value("message", "") : "");
  }
  if (details.contains("backup_id") && details["backup_id"].is_string()) text += "\nBackup: " + details["backup_id"].get<std::string>();
  return text;
}

// "apply.failed.restored" -> "restored".
std::string outcome_of(const std::string& event) { return event.substr(event.rfind('.') + 1); }

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
  if (request.name == "begun" && !settings_.window->restore_on_overrun) return {};
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
  if (action == "write-file") return write_file(request);
  if (is_change(action) && at_.services.changes) {
    if (Answer injected = fault("change"); injected.outcome != Outcome::ok) return injected;
    at_.services.log->progress("run", request.done, request.total, request.step);
    std::string previous;
    if (auto made = at_.services.changes->apply(settings_.op_id, request.step, request.text, previous); !made.ok()) return answered(made);
    ++step_;
    Answer answer;
    answer.document = std::move(previous);
    return answer;
  }
  // Nobody here can do it: an administrator does, and the report says so.
  const std::string what = call.is_object() ? call.value("element", call.value("resource_type", "") + " " + call.value("resource_name", "")) : "";
  warn("left to the host: " + action + " (" + what + ")");
  return {};
}

Answer ApplyLoop::undo_host(const Request& request) {
  const json call = json::parse(request.text, nullptr, false);
  const std::string action = call.is_object() ? call.value("action", "") : "";
  if (action == "write-file") return undo_file(request);
  if (!is_change(action) || !at_.services.changes) {
    warn("left to the host: take back " + action + " (" + (call.is_object() ? call.value("resource_name", "") : "") + ")");
    return {};
  }
  if (Answer injected = fault("undo-change"); injected.outcome != Outcome::ok) return injected;
  return answered(at_.services.changes->undo(settings_.op_id, request.step, request.text));
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
  event.text = "Operation " + settings_.op_id + ": " + request.name + "\n" + sentence_of(request.name, json::parse(request.text, nullptr, false)) + "\n";
  event.details = request.text;
  for (const Recipient& recipient : settings_.recipients) {
    const bool is_meant = recipient.on.empty() || std::find(recipient.on.begin(), recipient.on.end(), outcome_of(request.name)) != recipient.on.end();
    if (is_meant) event.recipients.push_back(recipient.address);
  }
  if (auto put = outbox.put(event); !put.ok()) return answered(put);
  if (auto sent = outbox.send_waiting(at_.services.notifier.get()); !sent.ok()) warnings_.push_back("a notification waits in the outbox: " + sent.message);
  return {};
}

}  // namespace backstay::plugin
