#include "core/journal/record.hpp"

namespace backstay::journal {
namespace {

struct Name {
  State state;
  std::string_view name;
};
constexpr Name names[] = {
    {State::created, "NEW"},           {State::preflighted, "PREFLIGHTED"}, {State::rehearsed, "REHEARSED"},
    {State::waiting, "WAITING"},       {State::cleared, "CLEARED"},         {State::locking, "LOCKING"},
    {State::locked, "LOCKED"},         {State::rechecked, "RECHECKED"},     {State::backup_open, "BACKUP_OPEN"},
    {State::backed_up, "BACKED_UP"},   {State::step_intent, "STEP_INTENT"}, {State::step_done, "STEP_DONE"},
    {State::verifying, "VERIFYING"},   {State::committed, "COMMITTED"},     {State::exported, "EXPORTED"},
    {State::unlocked, "UNLOCKED"},     {State::notified, "NOTIFIED"},       {State::done, "DONE"},
    {State::failed, "FAILED"},         {State::suspended, "SUSPENDED"},     {State::restoring, "RESTORING"},
    {State::undo_intent, "UNDO_INTENT"}, {State::undo_done, "UNDO_DONE"},   {State::restored, "RESTORED"},
    {State::rolled_back, "ROLLED_BACK"}, {State::restore_failed, "RESTORE_FAILED"}, {State::abandoned, "ABANDONED"},
};

void append_field(std::string& out, std::string_view field) {
  out += std::to_string(field.size());
  out += ':';
  out += field;
}

}  // namespace

std::string_view to_string(State state) {
  for (const Name& name : names) {
    if (name.state == state) return name.name;
  }
  return "NONE";
}

std::optional<State> state_from(std::string_view text) {
  for (const Name& name : names) {
    if (name.name == text) return name.state;
  }
  return std::nullopt;
}

bool is_final(State state) {
  return state == State::done || state == State::rolled_back || state == State::abandoned;
}

bool is_waiting(State state) {
  return state == State::suspended || state == State::restore_failed || state == State::waiting;
}

std::string chained_bytes(const Record& record) {
  std::string bytes;
  append_field(bytes, record.previous);
  append_field(bytes, record.op_id);
  append_field(bytes, std::to_string(record.seq));
  append_field(bytes, record.at);
  append_field(bytes, record.state);
  append_field(bytes, record.step);
  append_field(bytes, record.payload);
  return bytes;
}

std::optional<std::size_t> first_broken(const std::vector<Record>& records, const apply::DigestFunction& digest) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::string_view expected = i == 0 ? std::string_view() : std::string_view(records[i - 1].hash);
    if (records[i].previous != expected || digest(chained_bytes(records[i])) != records[i].hash) return i;
  }
  return std::nullopt;
}

}  // namespace backstay::journal
