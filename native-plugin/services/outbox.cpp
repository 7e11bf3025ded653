#include "native-plugin/services/outbox.hpp"

#include <algorithm>

#include "core/report/json_writer.hpp"
#include "core/report/time_text.hpp"
#include "native-plugin/services/from_error.hpp"

namespace backstay::plugin {
namespace {

constexpr std::uint64_t max_entry_bytes = 16 << 20;
constexpr std::string_view sent_ending = ".sent.json";

std::string json_of(const Event& event) {
  std::string out;
  report::JsonWriter json(out);
  json.begin_object();
  json.member("schema", "backstay.event/1");
  json.member("event_id", event_id_of(event));
  json.member("event", event.kind);
  json.member("op_id", event.op_id);
  json.member("at", report::iso_time(event.at_ms));
  json.member("subject", event.subject);
  json.member("text", event.text);
  json.texts("to", event.recipients);
  json.key("details");
  if (event.details.empty()) json.null();
  else json.raw(event.details);
  json.end_object();
  return out + "\n";
}

// "outbox/0007-EVENTID.sent.json" -> 7; 0 for what is none of ours.
unsigned long number_of(std::string_view file) {
  unsigned long number = 0;
  for (const char c : file.substr(file.rfind('/') + 1)) {
    if (c < '0' || c > '9') break;
    number = number * 10 + static_cast<unsigned long>(c - '0');
  }
  return number;
}

std::string padded(unsigned long number) {
  std::string digits = std::to_string(number);
  return digits.size() < 4 ? std::string(4 - digits.size(), '0') + digits : digits;
}

}  // namespace

std::string event_id_of(const Event& event) { return event.op_id + "." + event.kind; }

Answered Outbox::list(std::vector<Entry>& entries) const {
  const Result<std::vector<fs::Folder::Entry>> files = state_.list("outbox");
  if (!files.ok()) return answered_from(files.error());
  for (const fs::Folder::Entry& file : files.value()) {
    if (!file.name.ends_with(".json")) continue;
    const bool is_sent = file.name.ends_with(sent_ending);
    const std::string_view base = std::string_view(file.name).substr(file.name.rfind('/') + 1);
    const std::size_t dash = base.find('-');
    if (dash == std::string_view::npos || number_of(file.name) == 0) continue;
    const std::size_t ending = is_sent ? sent_ending.size() : std::string_view(".json").size();
    entries.push_back({std::string(base.substr(dash + 1, base.size() - dash - 1 - ending)), file.name, is_sent});
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return number_of(a.file) < number_of(b.file); });
  return {};
}

// Complete or not at all: a mail tool may look at any time.
Answered Outbox::write_durably(const std::string& name, std::string_view bytes) {
  const std::string next = name + ".new";
  if (const Result<Nothing> written = state_.write(next, bytes, true); !written.ok()) return answered_from(written.error());
  if (const Result<Nothing> moved = state_.rename(next, name); !moved.ok()) return answered_from(moved.error());
  if (const Result<Nothing> synced = state_.sync_parent(name); !synced.ok()) return answered_from(synced.error());
  return {};
}

Answered Outbox::put(const Event& event) {
  std::vector<Entry> entries;
  if (const Answered listed = list(entries); !listed.ok()) return listed;
  const std::string id = event_id_of(event);
  for (const Entry& entry : entries) {
    if (entry.event_id == id) return {};
  }
  const unsigned long number = entries.empty() ? 1 : number_of(entries.back().file) + 1;
  const std::string name = "outbox/" + padded(number) + "-" + id;
  // The JSON last: where it is, the mail is too.
  if (const Answered mail = write_durably(name + ".eml", mail_of(event)); !mail.ok()) return mail;
  return write_durably(name + ".json", json_of(event));
}

Answered Outbox::send_waiting(Notifier* notifier) {
  if (!notifier) return {};
  std::vector<Entry> entries;
  if (const Answered listed = list(entries); !listed.ok()) return listed;
  Answered first_refusal;
  for (const Entry& entry : entries) {
    if (entry.is_sent) continue;
    const Result<std::string> text = state_.read(entry.file, max_entry_bytes);
    Answered answered = text.ok() ? notifier->notify(entry.event_id, text.value()) : answered_from(text.error());
    if (answered.ok()) {
      const std::string sent = entry.file.substr(0, entry.file.size() - 5) + std::string(sent_ending);
      Result<Nothing> marked = state_.rename(entry.file, sent);
      if (marked.ok()) marked = state_.sync_parent(sent);
      if (!marked.ok()) answered = answered_from(marked.error());
    }
    if (!answered.ok() && first_refusal.ok()) first_refusal = answered;
  }
  return first_refusal;
}

}  // namespace backstay::plugin
