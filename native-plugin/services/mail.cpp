// The .eml of an event: RFC 5322 with a UTF-8 body.
#include <array>
#include <cstdio>

#include "native-plugin/services/outbox.hpp"

namespace backstay::plugin {
namespace {

// No control characters: a line break in a name would begin a header of its own.
std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  return out;
}

bool is_ascii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

std::string base64(std::string_view bytes) {
  constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t k) { return i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u; };
    const unsigned group = byte(0) << 16 | byte(1) << 8 | byte(2);
    out += digits[group >> 18];
    out += digits[group >> 12 & 63];
    out += i + 1 < bytes.size() ? digits[group >> 6 & 63] : '=';
    out += i + 2 < bytes.size() ? digits[group & 63] : '=';
  }
  return out;
}

// RFC 2047 in words of at most 45 bytes, cut between characters.
std::string encoded_subject(std::string_view subject) {
  if (is_ascii(subject)) return std::string(subject.substr(0, 200));
  std::string out;
  while (!subject.empty() && out.size() < 900) {
    std::size_t cut = std::min<std::size_t>(subject.size(), 45);
    while (cut < subject.size() && (static_cast<unsigned char>(subject[cut]) & 0xC0) == 0x80) --cut;
    if (!out.empty()) out += "\r\n ";
    out += "=?UTF-8?B?" + base64(subject.substr(0, cut)) + "?=";
    subject.remove_prefix(cut);
  }
  return out;
}

// "Wed, 01 Jul 2026 22:05:31 +0000", whatever the locale says.
std::string mail_date(std::int64_t ms) {
  constexpr std::array<const char*, 7> days = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};  // 1970 began on a Thursday
  constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::int64_t seconds = ms > 0 ? ms / 1000 : 0, day = seconds / 86400, rest = seconds % 86400;
  // Howard Hinnant's civil_from_days.
  const std::int64_t z = day + 719468, era = z / 146097, doe = z - era * 146097;
  const std::int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const std::int64_t mp = (5 * doy + 2) / 153, d = doy - (153 * mp + 2) / 5 + 1, m = mp < 10 ? mp + 3 : mp - 9;
  const std::int64_t year = yoe + era * 400 + (m <= 2 ? 1 : 0);
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d +0000", days[static_cast<std::size_t>(day % 7)], static_cast<int>(d),
                months[static_cast<std::size_t>(m - 1)], static_cast<int>(year), static_cast<int>(rest / 3600),
                static_cast<int>(rest / 60 % 60), static_cast<int>(rest % 60));
  return text;
}

// Lines of mail may have 998 bytes; longer ones are broken between characters.
std::string body_of(std::string_view text) {
  std::string out;
  std::size_t used = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\r') continue;
    if (c == '\n' || (used >= 900 && (static_cast<unsigned char>(c) & 0xC0) != 0x80)) {
      out += "\r\n";
      used = 0;
      if (c == '\n') continue;
    }
    out += c;
    ++used;
  }
  if (!out.ends_with("\r\n")) out += "\r\n";
  return out;
}

}  // namespace

std::string mail_of(const Event& event) {
  std::string to;
  for (const std::string& recipient : event.recipients) {
    const std::string address = one_line(recipient);
    if (address.empty() || !is_ascii(address) || address.find_first_of(" ,;:<>()\"\\") != std::string::npos) continue;
    to += (to.empty() ? "" : ",\r\n ") + address;
  }
  std::string out = "Date: " + mail_date(event.at_ms) + "\r\n";
  out += "From: Backstay <backstay@localhost>\r\n";
  out += "To: " + (to.empty() ? "undisclosed-recipients:;" : to) + "\r\n";
  out += "Subject: " + encoded_subject(one_line(event.subject)) + "\r\n";
  out += "Message-ID: <" + one_line(event_id_of(event)) + "@backstay>\r\n";
  out += "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";
  return out + body_of(event.text);
}

}  // namespace backstay::plugin
