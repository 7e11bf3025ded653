#include "core/apply/prepare.hpp"

#include <deque>

#include "core/package/promotion/document.hpp"

namespace backstay::apply {

ApplyPlan plan_for(const std::vector<Input>& inputs, const report::Report& report, const PrepareOptions& options) {
  const Limits& limits = options.preflight.limits;
  std::vector<Content> contents;
  std::deque<promotion::Document> documents;  // the plan's parameters point into them while it is made
  std::vector<const promotion::Document*> promotions;
  for (std::size_t i = 0; i < inputs.size() && !report.unreadable_input; ++i) {
    const bool is_promotion = i < report.inputs.size() && report.inputs[i].kind == InputKind::promotion;
    if (is_promotion) {
      const InputFile& file = inputs[i].files.front();
      auto text = read_all(*file.bytes, inputs[i].path, limits.max_promotion_bytes);
      if (!text.ok()) continue;
      auto document = promotion::read_document(text.value(), inputs[i].path, limits);
      if (!document.ok()) continue;  // preflight read the same bytes, so this is not reached
      documents.push_back(std::move(document.value()));
      promotions.push_back(&documents.back());
      continue;
    }
    auto listed = list_contents(inputs[i], limits, options.digest);
    if (listed.ok()) contents.insert(contents.end(), std::make_move_iterator(listed.value().begin()), std::make_move_iterator(listed.value().end()));
  }
  const PlanInput input{report, options.preflight.environment, contents, promotions, options.digest, options.engine};
  return options.uninstall ? plan_uninstall(input) : plan_apply(input);
}

Prepared prepare(const std::vector<Input>& inputs, const PrepareOptions& options, Progress* progress) {
  Prepared prepared;
  prepared.report = preflight(inputs, options.preflight, progress);
  prepared.plan = plan_for(inputs, prepared.report, options);
  return prepared;
}

}  // namespace backstay::apply
