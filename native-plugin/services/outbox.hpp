// Notifications that survive everything: written and synced first, sent afterwards, at least once.
//
//   outbox/0001-EVENTID.json        waits to be sent
//   outbox/0001-EVENTID.eml         the same as a mail, for any mail tool
//   outbox/0001-EVENTID.sent.json   the host's notify has taken it
#pragma once

#include <string>
#include <vector>

#include "native-plugin/fs/folder.hpp"
#include "native-plugin/services/services.hpp"

namespace backstay::plugin {

struct Event {
  std::string op_id;
  std::string kind;     // "apply.done", "apply.failed.restored", "apply.failed.suspended", "restore.done", ...
  std::int64_t at_ms = 0;
  std::string subject;  // one line
  std::string text;     // for people, lines ended by \n
  std::string details;  // a JSON object for programs, or empty
  std::vector<std::string> recipients;  // mail addresses
};

// The same event has the same id, however often it is put: receivers drop repeats by it.
std::string event_id_of(const Event& event);

class Outbox {
 public:
  explicit Outbox(fs::Folder state) : state_(std::move(state)) {}

  // Durable when it answers. An event that is there already, sent or not, is a success and stays as it is.
  Answered put(const Event& event);
  // Hands every waiting entry to `notifier`, oldest first. A refusal leaves the entry waiting and goes on with
  // the next; the first refusal is the answer. A null notifier sends nothing.
  Answered send_waiting(Notifier* notifier);

  struct Entry {
    std::string event_id, file;  // below the state directory
    bool is_sent = false;
  };
  Answered list(std::vector<Entry>& entries) const;

 private:
  Answered write_durably(const std::string& name, std::string_view bytes);

  fs::Folder state_;
};

// The mail of an event, with CR LF and without anything that a name could smuggle into its head.
std::string mail_of(const Event& event);

}  // namespace backstay::plugin
