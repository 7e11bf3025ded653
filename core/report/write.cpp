#include "core/base/path.hpp"
#include "core/report/report.hpp"
#include "core/report/translate.hpp"
#include "core/report/writers.hpp"

namespace backstay::report {
namespace {

struct NamedFormat {
  Format format;
  std::string_view name;
};
constexpr NamedFormat formats[] = {{Format::text, "text"},         {Format::json, "json"}, {Format::sarif, "sarif"},
                                   {Format::junit, "junit"},       {Format::markdown, "markdown"},
                                   {Format::html, "html"},         {Format::github, "github"}};

}  // namespace

std::optional<Format> format_from(std::string_view name) {
  for (const NamedFormat& known : formats) {
    if (known.name == name) return known.format;
  }
  return std::nullopt;
}

std::string_view to_string(Format format) {
  for (const NamedFormat& known : formats) {
    if (known.format == format) return known.name;
  }
  return "";
}

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::info: return "info";
    case Severity::warning: return "warning";
    case Severity::error: return "error";
  }
  return "";
}

std::string_view to_string(Reversibility reversibility) {
  switch (reversibility) {
    case Reversibility::neutral: return "neutral";
    case Reversibility::yes: return "yes";
    case Reversibility::with_capture: return "with-capture";
    case Reversibility::no: return "no";
  }
  return "";
}

Location location_of(const Report& report, const Finding& finding) {
  const std::string& file = finding.at.file;
  const InputEntry* input = nullptr;
  for (const InputEntry& entry : report.inputs) {
    // What concerns all inputs together names none; with one input there is no doubt.
    if (entry.path == finding.input || (finding.input.empty() && report.inputs.size() == 1)) input = &entry;
  }
  if (!input) return {file, ""};
  if (file.empty() || file == input->path) return {input->path, ""};
  if (input->kind == InputKind::sql_script || input->kind == InputKind::promotion) {
    return file == base_name(input->path) ? Location{input->path, ""} : Location{input->path, file};
  }
  if (!input->is_folder) return {input->path, file};
  const bool has_slash = input->path.ends_with('/') || input->path.empty();
  const std::string folder = input->path == "." || input->path == "./" ? "" : input->path + (has_slash ? "" : "/");
  return {folder + file, ""};
}

namespace {

std::string write_in(const Report& report, Format format, const WriteOptions& options, const Words& say) {
  switch (format) {
    case Format::text: return write_text(report, options);
    case Format::json: return write_json(report);
    case Format::sarif: return write_sarif(report);
    case Format::junit: return write_junit(report, options);
    case Format::markdown: return write_markdown(report, say);
    case Format::html: return write_html(report, say);
    case Format::github: return write_github(report);
  }
  return "";
}

}  // namespace

std::string write(const Report& report, Format format, const WriteOptions& options) {
  const Words say(options.lang);
  if (options.lang == Language::en) return write_in(report, format, options, say);
  return write_in(translated(report, say), format, options, say);
}

}  // namespace backstay::report
