#include "core/report/lines.hpp"

#include "core/report/json_writer.hpp"

namespace backstay::report {
std::string statement_line(const sql::StatementInfo& statement) {
  std::string out;
  JsonWriter writer(out, 0);
  writer.begin_object();
  writer.member("line", statement.line);
  writer.member("end_line", statement.end_line);
  writer.member("kind", statement.kind);
  writer.member("context", statement.context);
  writer.end_object();
  return out;
}

std::string batch_script_line(std::string_view id_json, const sql::Analysis& analysis, const Findings& findings) {
  std::string out;
  JsonWriter writer(out, 0);
  writer.begin_object();
  writer.key("id");
  writer.raw(id_json);
  writer.key("findings");
  write_findings(writer, findings, false);
  writer.member("verdict", sql::to_string(analysis.verdict));
  writer.member("dialect", to_string(analysis.dialect));
  writer.member("statements", static_cast<std::uint64_t>(analysis.statements));
  writer.member("reversibility", to_string(analysis.reversibility));
  writer.key("suppressed");
  write_findings(writer, findings, true);
  writer.end_object();
  return out;
}

std::string batch_report_line(std::string_view id_json, const Report& report, int exit_code) {
  std::string out;
  JsonWriter writer(out, 0);
  writer.begin_object();
  writer.key("id");
  writer.raw(id_json);
  writer.key("findings");
  write_findings(writer, report.findings, false);
  writer.member("verdict", to_string(report.rollback.verdict));
  writer.key("order");
  write_order(writer, report.order);
  writer.texts("reasons", report.rollback.reasons);
  writer.member("exit", static_cast<std::uint64_t>(exit_code));
  writer.key("suppressed");
  write_findings(writer, report.findings, true);
  writer.end_object();
  return out;
}

std::string batch_error_line(std::string_view id_json, std::string_view message) {
  std::string out;
  JsonWriter writer(out, 0);
  writer.begin_object();
  writer.key("id");
  writer.raw(id_json);
  writer.member("error", message);
  writer.end_object();
  return out;
}

}  // namespace backstay::report
