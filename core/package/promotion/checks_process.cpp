#include <algorithm>

#include "core/package/promotion/checks.hpp"

namespace backstay::promotion {
namespace {

// How long production is locked when no rehearsal has measured it.
constexpr std::int64_t expected_duration_s = 15 * 60;

bool blocks(const Job& job) {
  if (job.blocks) return *job.blocks;
  return job.kind == "import" || job.kind == "bulk_update" || job.kind == "restore" || job.kind == "promotion";
}

void check_jobs(const Document& document, Report& report) {
  if (!document.jobs) return report.not_checked("jobs", "whether something is running");
  for (const Job& job : *document.jobs) {
    const bool finished = job.rows_done && job.rows_total && *job.rows_done >= *job.rows_total;
    // A job without an environment is taken for one of production: it is the one that does harm.
    if (job.environment == "sandbox" || !blocks(job) || finished) continue;
    std::string progress;
    if (job.rows_done) progress = ", " + grouped(*job.rows_done) + (job.rows_total ? " of " + grouped(*job.rows_total) : std::string()) + " rows done";
    report.add("promotion/job-running", Severity::error, job.at, job.kind + " " + job.id + " is running in production" + progress).remedy =
        "wait until it has finished, then check again";
  }
}

void check_sandbox(const Document& document, Report& report) {
  if (!document.promotable) {
    report.add("promotion/not-promotable", Severity::error, document.sandbox_at, "the sandbox cannot be promoted");
  }
  if (!document.production) return report.not_checked("production", "drift, lost data, references and whether the structure is locked");
  if (document.base_fingerprint.empty() || document.production->fingerprint.empty()) {
    report.not_checked("one of the structure fingerprints", "whether production changed since the sandbox was made");
  } else if (document.base_fingerprint != document.production->fingerprint) {
    report.add("promotion/drift", Severity::error, document.production->at,
               "production's structure changed since the sandbox was made (" + document.base_fingerprint + " then, " +
                   document.production->fingerprint + " now)")
        .remedy = "make the sandbox anew from production and repeat the changes";
  }
  if (!document.production->structure_locked) {
    report.not_checked("production.structure_locked", "whether the structure is locked");
  } else if (!*document.production->structure_locked) {
    report.add("promotion/structure-unlocked", Severity::warning, document.production->at, "the structure of production is not locked: it can change while this is promoted");
  }
}

// "308, 309 by Tomas; 310 by Devin", in the order of first appearance.
std::string revs_by_author(const std::vector<const Change*>& changes) {
  std::vector<std::pair<std::string, std::vector<std::string>>> authors;
  for (const Change* change : changes) {
    const std::string name = !change->by.name.empty() ? change->by.name : !change->by.id.empty() ? change->by.id : "somebody unknown";
    auto at = std::find_if(authors.begin(), authors.end(), [&](const auto& author) { return author.first == name; });
    if (at == authors.end()) at = authors.insert(at, {name, {}});
    at->second.push_back(std::to_string(change->rev));
  }
  std::string text;
  for (const auto& [name, revs] : authors) text += (text.empty() ? "" : "; ") + listed(revs) + " by " + name;
  return text;
}

void check_review(const Document& document, Report& report) {
  if (!document.review) return report.not_checked("review", "whether somebody has looked at the changes");
  std::vector<const Change*> unreviewed, others;
  const Person& person = document.review->by.known() ? document.review->by : document.sandbox_owner;
  for (const Change& change : document.changelog) {
    if (change.rev > document.review->last_rev) {
      unreviewed.push_back(&change);
    } else if (person.known() && change.by.known() && !change.by.same(person)) {
      others.push_back(&change);
    }
  }
  if (!unreviewed.empty()) {
    report.add("promotion/unreviewed-changes", Severity::error, unreviewed.front()->at,
               std::to_string(unreviewed.size()) + " changes are newer than the review: revisions " + revs_by_author(unreviewed))
        .remedy = "review them, or take them out of the sandbox";
  }
  if (!others.empty()) {
    report.add("promotion/other-authors", Severity::info, others.front()->at,
               std::to_string(others.size()) + " reviewed changes were made by others: revisions " + revs_by_author(others));
  }
}

void check_integrations(const Document& document, Report& report) {
  if (!document.integrations) return report.not_checked("integrations", "what will get errors meanwhile");
  for (const Integration& integration : *document.integrations) {
    const std::string name = "integration " + integration.id + (integration.name.empty() ? "" : " (" + integration.name + ")");
    if (!integration.paused) {
      report.not_checked(name + " does not say whether it is paused", integration.at);
    } else if (!*integration.paused && !integration.retries) {
      report.add("promotion/integration-not-paused", Severity::warning, integration.at,
                 name + " is neither paused nor does it retry: what it sends meanwhile is lost")
          .remedy = "pause it, or let it retry";
    } else if (!*integration.paused && integration.max_wait_s && *integration.max_wait_s < expected_duration_s) {
      report.add("promotion/integration-retry-short", Severity::warning, integration.at,
                 name + " retries for " + grouped(*integration.max_wait_s) + " s, the promotion is expected to take " + grouped(expected_duration_s) + " s")
          .remedy = "pause it, or let it retry for longer";
    }
  }
}

void check_backups(const Document& document, Report& report) {
  if (!document.backups) return report.not_checked("backups", "whether one can be restored");
  if (!document.backups->empty() && !document.requested_at) return report.not_checked("requested_at", "whether a backup can be restored then");
  const bool restorable = std::any_of(document.backups->begin(), document.backups->end(), [&](const Backup& backup) {
    return !backup.restorable_until || backup.restorable_until->utc_s > document.requested_at->utc_s;
  });
  if (!restorable) {
    report.add("promotion/no-restorable-backup", Severity::info, 0, "no backup can be restored any more; a fresh one is made at the start of the promotion");
  }
}

// Inside working hours for every offset the account's place may have, for none, or for some.
enum class Hours { inside, outside, unclear };
Hours working_hours(const Document& document) {
  OffsetRange offsets = zone_offsets(document.timezone);
  // A time written with an offset of its own is local time; Z says nothing about the place.
  const Time& at = *document.requested_at;
  if (at.offset_minutes != 0) offsets = {at.offset_minutes, at.offset_minutes};
  bool inside = false, outside = false;
  for (int offset = offsets.least; offset <= offsets.most; offset += 15) (in_working_hours(at.utc_s, offset) ? inside : outside) = true;
  return inside && outside ? Hours::unclear : inside ? Hours::inside : Hours::outside;
}

void check_time(const Document& document, Report& report) {
  if (!document.window) report.not_checked("window", "whether the time was agreed and announced");
  if (!document.requested_at) report.not_checked("requested_at", "whether the time is a good one");
  std::string reason;
  if (document.window && document.window->announced == false) reason = "the promotion was not announced";
  if (document.requested_at) {
    const Hours hours = working_hours(document);
    if (hours == Hours::inside) reason += (reason.empty() ? "" : ", and ") + std::string("it would start in working hours (Monday to Friday, 08:00 to 18:00)");
    if (hours == Hours::unclear) {
      report.not_checked("whether it would start in working hours was not checked: write requested_at with the account's offset instead of Z");
    }
  }
  if (!reason.empty()) report.add("promotion/business-hours", Severity::warning, document.window ? document.window->at : 0, reason);
  if (!document.window || !document.requested_at) return;
  const std::int64_t at = document.requested_at->utc_s;
  const bool early = document.window->not_before && at < document.window->not_before->utc_s;
  const bool late = document.window->not_after && at > document.window->not_after->utc_s;
  if (early || late) {
    report.add("promotion/outside-window", Severity::error, document.window->at, std::string("the promotion would start ") + (early ? "before" : "after") + " its window");
  }
}

}  // namespace

Finding& Report::add(const char* rule, Severity severity, std::size_t at, std::string message) {
  Finding finding;
  finding.rule = rule;
  finding.severity = severity;
  finding.at = document_.text.position(at);
  finding.message = std::move(message);
  findings_.push_back(std::move(finding));
  return findings_.back();
}

void Report::not_checked(const char* missing, const char* what) {
  not_checked(std::string("the file has no ") + missing + ", so it was not checked " + what);
}

void Report::not_checked(std::string message, std::size_t at) { add("promotion/not-checked", Severity::info, at, std::move(message)); }

std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > (number < 0 ? 4u : 3u);) text.insert(at -= 3, 1, ',');
  return text;
}

std::string listed(const std::vector<std::string>& items) {
  std::string text;
  for (std::size_t i = 0; i < items.size() && i < 20; ++i) text += (i == 0 ? "" : ", ") + items[i];
  if (items.size() > 20) text += " and " + std::to_string(items.size() - 20) + " more";
  return text;
}

void check_process(const Document& document, Report& report) {
  check_jobs(document, report);
  check_sandbox(document, report);
  check_review(document, report);
  check_integrations(document, report);
  check_backups(document, report);
  check_time(document, report);
  if (!document.notified) {
    report.not_checked("notify", "whether anybody would be told");
  } else if (*document.notified == 0) {
    report.add("promotion/nobody-notified", Severity::warning, document.notify_at, "nobody would be told how the promotion ended");
  }
}

}  // namespace backstay::promotion
