// What `backstay order` prints: the order and nothing else, or what stands in its way.
#include "core/report/json_writer.hpp"
#include "core/report/order_text.hpp"
#include "core/report/utf8.hpp"
#include "core/report/report.hpp"
#include "core/report/translate.hpp"

namespace backstay::report {
namespace {

std::string order_text(const deploy::Order& order, const WriteOptions& options) {
  std::string steps;
  for (const deploy::OrderStep& step : order.steps) {
    steps += visible(step.version ? step.package + " " + *step.version : step.package) + "\n";
  }
  if (order.status == deploy::OrderStatus::ok || order.status == deploy::OrderStatus::not_applicable) return steps;
  TextPage page(options.width, options.colour, options.lang);
  if (!order.message.empty()) {
    // The vendor's own message lists the steps that were placed.
    for (std::size_t i = 0; i < order.message.size();) {
      std::size_t end = order.message.find('\n', i);
      if (end == std::string::npos) end = order.message.size();
      std::string line = order.message.substr(i, end - i);
      while (line.ends_with('\r')) line.pop_back();
      std::size_t tabs = 0;
      while (tabs < line.size() && line[tabs] == '\t') ++tabs;
      page.put(std::string(tabs, '\t')).put_foreign(std::string_view(line).substr(tabs)).end_line();
      i = end + 1;
    }
    deploy::Order rest = order;
    rest.candidates.clear();
    rest.conflicts.clear();
    page.gap();
    put_obstacles(page, rest, to_string(options.lang));
    return page.take();
  }
  page.put(steps);
  page.gap();
  put_order(page, order, 0, to_string(options.lang));
  return page.take();
}

}  // namespace

std::string write_order(const Report& report, Format format, const WriteOptions& options) {
  deploy::Order order = report.order;
  const Words say(options.lang);
  translate(order, say);
  if (format != Format::json) return order_text(order, options);
  std::string out;
  JsonWriter writer(out);
  write_order(writer, order);
  out += '\n';
  return out;
}

}  // namespace backstay::report
