// Notifications: written once, sent at least once, and nothing a name can smuggle into a mail.
#include <doctest/doctest.h>

#include <map>

#include "core/base/json.hpp"
#include "native-plugin/services/outbox.hpp"
#include "tests/abi/services/temporary_folder.hpp"

using namespace backstay::plugin;

namespace {

class Recipient final : public Notifier {
 public:
  Answered notify(std::string_view event_id, std::string_view json) override {
    ++seen[std::string(event_id)];
    CHECK(backstay::parse_json(json, "").ok());
    if (event_id.starts_with(refuses)) return {BACKSTAY_E_HOST, "no"};
    return {};
  }
  std::map<std::string, int> seen;
  std::string refuses = "-";
};

Event event(const char* op, const char* kind) {
  return {op, kind, 1782943531204, "Promotion applied", "All 3 steps done.\n", R"({"steps":3})", {"ops@example.com"}};
}

}  // namespace

TEST_CASE("outbox: putting an event twice leaves one entry, and sending marks it") {
  const TemporaryFolder folder;
  Outbox outbox(folder.open());
  REQUIRE(outbox.put(event("op-1", "apply.done")).ok());
  REQUIRE(outbox.put(event("op-1", "apply.done")).ok());
  REQUIRE(outbox.put(event("op-2", "apply.done")).ok());
  Recipient recipient;
  recipient.refuses = "op-1";
  CHECK(outbox.send_waiting(&recipient).status == BACKSTAY_E_HOST);
  CHECK(recipient.seen == std::map<std::string, int>{{"op-1.apply.done", 1}, {"op-2.apply.done", 1}});
  recipient.refuses = "-";
  CHECK(outbox.send_waiting(&recipient).ok());
  CHECK(outbox.send_waiting(&recipient).ok());
  CHECK(recipient.seen == std::map<std::string, int>{{"op-1.apply.done", 2}, {"op-2.apply.done", 1}});
  REQUIRE(outbox.put(event("op-1", "apply.done")).ok());  // after a crash behind the sending: not a second time
  std::vector<Outbox::Entry> entries;
  REQUIRE(outbox.list(entries).ok());
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].is_sent);
  CHECK(entries[0].file == "outbox/0001-op-1.apply.done.sent.json");
  CHECK(folder.open().exists("outbox/0001-op-1.apply.done.eml").value());
}

TEST_CASE("outbox: numbers go on after a thousand and a gap") {
  const TemporaryFolder folder;
  REQUIRE(folder.open().write("outbox/12345-old.apply.done.json", "{}").ok());
  Outbox outbox(folder.open());
  REQUIRE(outbox.put(event("op", "restore.done")).ok());
  CHECK(folder.open().exists("outbox/12346-op.restore.done.json").value());
}

TEST_CASE("mail: a head of its own only, whatever the names say") {
  Event nasty = event("op-1", "apply.done");
  nasty.subject = "Fertig: Prüfung\r\nBcc: everybody@example.com";
  nasty.recipients = {"a@example.com", "b@example.com\r\nBcc: c@example.com", "d e@example.com", "<x@example.com>", "f@example.com"};
  nasty.text = "erste Zeile\nzweite";
  const std::string mail = mail_of(nasty);
  CAPTURE(mail);
  CHECK(mail.find("\r\nBcc") == std::string::npos);
  CHECK(mail.find("To: a@example.com,\r\n f@example.com\r\n") != std::string::npos);
  CHECK(mail.starts_with("Date: Wed, 01 Jul 2026 22:05:31 +0000\r\n"));
  CHECK(mail.find("\r\nSubject: =?UTF-8?B?") != std::string::npos);
  CHECK(mail.ends_with("\r\n\r\nerste Zeile\r\nzweite\r\n"));
  for (std::size_t i = 0; i < mail.size(); ++i) {
    if (mail[i] == '\n') CHECK(mail[i - 1] == '\r');
  }
}
