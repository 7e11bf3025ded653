// A rehearsal is an apply, its restore and the apply once more, each the same machine as the real one. The target is
// the host's; journal, backups, store and services are answered in here, so nothing of a rehearsal is left behind.
#include <algorithm>

#include "core/apply/machine.hpp"
#include "core/apply/rehearsal_findings.hpp"
#include "core/base/json.hpp"
#include "core/report/json_writer.hpp"

namespace backstay::apply {
namespace {

constexpr std::size_t most_differences = 200;  // in a report; the rest is counted

struct KeptBackup {
  std::string manifest;
  std::map<std::string, std::string> entries;
};

Answer absent(const std::string& what) {
  Answer answer;
  answer.outcome = Outcome::failed;
  answer.problem.code = "missing";
  answer.problem.message = "the rehearsal has no \"" + what + "\"";
  return answer;
}

class Rehearsal final : public Machine {
 public:
  Rehearsal(ApplyPlan plan, Settings settings) : plan_(std::move(plan)), settings_(std::move(settings)) {
    settings_.with_full_copy = false;
    settings_.dry_run = false;
    settings_.has_way_back = true;  // it is a copy, or the host takes it back
    for (const PlanStep& step : plan_.steps) {
      if (step.kind == StepKind::sql && !step.contents.empty()) scripts_.push_back({step.package, TextDocument("", step.contents[0].key)});
    }
  }

  Request first() override { return plain(RequestKind::lock); }
  Request next(const Answer& answer) override;
  void cancel() override {
    is_cancelled_ = true;
    if (inner_) inner_->cancel();
  }
  End end() const override { return end_; }

 private:
  enum class Phase : std::uint8_t { lock, before, apply, between, restore, restore_again, after, repeat, last, unlock, finished };

  static Request plain(RequestKind kind, std::string text = {}) {
    Request request;
    request.kind = kind;
    request.text = std::move(text);
    return request;
  }
  Request snapshot(Phase phase) {
    phase_ = phase;
    return plain(RequestKind::snapshot, "document");
  }
  Request start(Phase phase, std::unique_ptr<Machine> machine);
  Request pump(Request request);
  std::optional<Answer> answered_inside(Request& request);
  Request inner_ended(const std::string& document);
  Request after_snapshot(const Answer& answer);
  Request restore(std::vector<std::string> acknowledged);
  Request unlock();
  Request finish();
  void compare(const schema::Snapshot& expected, const schema::Snapshot& found, bool is_second_run);
  void note_problem(const std::string& document);
  std::string outcome() const;

  ApplyPlan plan_;
  Settings settings_;
  std::vector<RehearsedScript> scripts_;
  std::unique_ptr<Machine> inner_;
  Phase phase_ = Phase::lock;
  std::string wanted_content_;  // what the answer to come is the content of
  std::map<std::string, KeptBackup> backups_;
  schema::Snapshot before_, between_;
  std::string applied_, restored_, repeated_, problem_, last_backup_;
  std::vector<std::string> risks_, changes_;
  Findings findings_;
  std::uint64_t differences_left_out_ = 0;
  bool is_cancelled_ = false, is_same_ = true, is_refused_ = false;
  End end_ = End::abandoned;
};

Request Rehearsal::start(Phase phase, std::unique_ptr<Machine> machine) {
  phase_ = phase;
  inner_ = std::move(machine);
  return pump(inner_->first());
}

Request Rehearsal::pump(Request request) {
  while (true) {
    if (request.kind == RequestKind::done) return inner_ended(request.text);
    const std::optional<Answer> inside = answered_inside(request);
    if (!inside) return request;
    request = inner_->next(*inside);
  }
}

std::optional<Answer> Rehearsal::answered_inside(Request& request) {
  Answer answer;
  if (request.kind == RequestKind::bring_captures) return answer;  // what was captured is still in the target
  if (request.kind == RequestKind::undo_capture) request.text.clear();
  if (is_of_database(request.kind) && request.kind != RequestKind::snapshot) return std::nullopt;
  switch (request.kind) {
    case RequestKind::read_content: wanted_content_ = request.name; return std::nullopt;
    case RequestKind::progress: return std::nullopt;
    case RequestKind::backup: {
      last_backup_ = settings_.op_id + (phase_ == Phase::apply ? "" : phase_ == Phase::repeat ? "-again" : "-back");
      KeptBackup& kept = backups_[last_backup_];
      kept.manifest = request.backup.manifest;
      for (const BackupEntry& entry : request.backup.entries) kept.entries[entry.name] = entry.content;
      answer.document = last_backup_;
      return answer;
    }
    case RequestKind::add_to_backup:
      for (const BackupEntry& entry : request.backup.entries) backups_[request.name].entries[entry.name] = entry.content;
      return answer;
    case RequestKind::read_backup:
    case RequestKind::read_entry: {
      const auto kept = backups_.find(request.name);
      if (kept == backups_.end()) return absent(request.name);
      if (request.kind == RequestKind::read_backup) {
        answer.document = kept->second.manifest;
        return answer;
      }
      const auto entry = kept->second.entries.find(request.text);
      if (entry == kept->second.entries.end()) return absent(request.text);
      answer.document = entry->second;
      return answer;
    }
    default: return answer;  // services, store and journal: nothing is there that could object
  }
}

Request Rehearsal::next(const Answer& answer) {
  switch (phase_) {
    case Phase::lock:
      if (answer.outcome == Outcome::ok) return snapshot(Phase::before);
      is_refused_ = true;
      problem_ = answer.problem.message;
      return finish();
    case Phase::before:
    case Phase::between:
    case Phase::after:
    case Phase::last: return after_snapshot(answer);
    case Phase::unlock: return finish();
    case Phase::finished: return finish();
    default: break;
  }
  if (!wanted_content_.empty()) {
    for (RehearsedScript& script : scripts_) {
      if (script.document.file() == wanted_content_) script.document = TextDocument(answer.document, wanted_content_);
    }
    wanted_content_.clear();
  }
  return pump(inner_->next(answer));
}

Request Rehearsal::after_snapshot(const Answer& answer) {
  Result<schema::Snapshot> taken = Error{ErrorCode::unreadable, {}, answer.problem.message};
  if (answer.outcome == Outcome::ok) taken = schema::parse_snapshot(answer.document, "snapshot");
  if (!taken.ok()) {
    problem_ = taken.error().message;
    is_same_ = false;
    is_refused_ = phase_ == Phase::before;
    return unlock();
  }
  if (is_cancelled_) return unlock();
  if (phase_ == Phase::before) {
    before_ = std::move(taken.value());
    Settings settings = settings_;
    settings.force = true;
    settings.keeps_captures = true;
    return start(Phase::apply, start_apply(plan_, settings));
  }
  if (phase_ == Phase::between) {
    between_ = std::move(taken.value());
    for (const schema::Difference& difference : schema::differences(before_, between_)) {
      if (changes_.size() < most_differences) changes_.push_back(schema::sentence(difference));
    }
    return is_same_ ? restore({}) : snapshot(Phase::after);
  }
  if (phase_ == Phase::after) {
    compare(before_, taken.value(), false);
    // A second time: what is not repeatable shows here. Only from a state that is the first one's.
    if (!is_same_ || !findings_.empty()) return unlock();
    Settings settings = settings_;
    settings.op_id += "-again";
    settings.force = true;
    return start(Phase::repeat, start_apply(plan_, settings));
  }
  compare(between_, taken.value(), true);
  return unlock();
}

// On a copy every risk may be taken: the rehearsal is there to show what comes of them.
Request Rehearsal::restore(std::vector<std::string> acknowledged) {
  const bool is_first = acknowledged.empty();
  Settings settings = settings_;
  settings.op_id += is_first ? "-back" : "-back2";
  settings.force = true;
  settings.acknowledged = std::move(acknowledged);
  RestoreOrder order;
  order.backup_id = settings_.op_id;
  return start(is_first ? Phase::restore : Phase::restore_again, start_restore(std::move(order), std::move(settings)));
}

void Rehearsal::note_problem(const std::string& document) {
  is_same_ = false;
  const auto parsed = parse_json(document, "outcome");
  const JsonValue* problem = parsed.ok() ? parsed.value().root.find("problem") : nullptr;
  if (problem && problem_.empty()) problem_ = problem->text("message").value_or("");
}

Request Rehearsal::inner_ended(const std::string& document) {
  const End end = inner_->end();
  switch (phase_) {
    case Phase::apply:
      applied_ = document;
      if (end != End::done) note_problem(document);
      return snapshot(Phase::between);
    case Phase::restore:
      restored_ = document;
      if (end == End::abandoned) {
        const auto parsed = parse_json(document, "outcome");
        const JsonValue* risks = parsed.ok() ? parsed.value().root.find("risks") : nullptr;
        for (std::size_t i = 0; risks && i < risks->items.size(); ++i) risks_.push_back(risks->items[i].is(JsonValue::Kind::string) ? risks->items[i].string : risks->items[i].text("id").value_or(""));
        if (!risks_.empty() && !is_cancelled_) return restore(risks_);
      }
      if (end != End::done) note_problem(document);
      return snapshot(Phase::after);
    case Phase::restore_again:
      restored_ = document;
      if (end != End::done) note_problem(document);
      return snapshot(Phase::after);
    default:
      repeated_ = document;
      if (end != End::done) note_problem(document);
      return snapshot(Phase::last);
  }
}

void Rehearsal::compare(const schema::Snapshot& expected, const schema::Snapshot& found, bool is_second_run) {
  std::vector<schema::Difference> differences = schema::differences(expected, found);
  if (differences.size() > most_differences) {
    differences_left_out_ += differences.size() - most_differences;
    differences.resize(most_differences);
  }
  for (Finding& finding : rehearsal_findings(differences, scripts_, is_second_run)) findings_.push_back(std::move(finding));
}

Request Rehearsal::unlock() {
  inner_.reset();
  phase_ = Phase::unlock;
  return plain(RequestKind::unlock);
}

Request Rehearsal::finish() {
  phase_ = Phase::finished;
  end_ = is_cancelled_ ? End::cancelled : is_refused_ ? End::abandoned : is_same_ && findings_.empty() ? End::done : End::differs;
  return plain(RequestKind::done, outcome());
}

std::string Rehearsal::outcome() const {
  std::string out;
  report::JsonWriter json(out, 0);
  json.begin_object();
  json.member("schema", "backstay.operation/1");
  json.member("op_id", settings_.op_id);
  json.member("kind", "rehearse");
  json.member("end", to_string(end_));
  for (const auto& [name, document] : {std::pair{"apply", &applied_}, {"restore", &restored_}, {"repeat", &repeated_}}) {
    if (document->empty()) continue;
    json.key(name);
    json.raw(*document);
  }
  json.texts("risks", risks_);
  json.texts("changes", changes_);
  json.member("differences_left_out", differences_left_out_);
  write_rehearsal_findings(json, findings_);
  if (!problem_.empty()) {
    json.key("problem");
    json.begin_object();
    json.member("code", "rehearsal");
    json.member("message", problem_);
    json.end_object();
  }
  json.end_object();
  return out;
}

}  // namespace

std::unique_ptr<Machine> start_rehearsal(ApplyPlan plan, Settings settings) {
  return std::make_unique<Rehearsal>(std::move(plan), std::move(settings));
}

}  // namespace backstay::apply
