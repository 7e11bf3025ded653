#include "core/report/translate.hpp"

namespace backstay::report {

void translate(Finding& finding, const Words& say) {
  finding.message = say(finding.message);
  finding.remedy = say(finding.remedy);
}

void translate(deploy::Order& order, const Words& say) {
  for (deploy::Repair& repair : order.repairs) repair.title = say(repair.title);
}

void translate(Rollback& rollback, const Words& say) {
  for (std::string& reason : rollback.reasons) reason = say(reason);
  for (RollbackStep& step : rollback.steps) step.note = say(step.note);
}

Report translated(const Report& report, const Words& say) {
  Report other = report;
  for (Finding& finding : other.findings) translate(finding, say);
  translate(other.order, say);
  translate(other.rollback, say);
  return other;
}

}  // namespace backstay::report
