#include "core/config.hpp"

#include <set>

#include "core/base/json.hpp"
#include "core/base/text_document.hpp"
#include "core/report/rule_pages.hpp"

namespace backstay {
namespace {

// Carries the file through the readers of the members; the first problem wins.
class Reader {
 public:
  Reader(std::string_view json, std::string_view file) : document_(json, std::string(file)) {}

  bool failed() const { return error_.has_value(); }
  const Error& error() const { return *error_; }

  void refuse(const JsonValue& value, std::string message) {
    if (error_) return;
    error_ = Error{ErrorCode::malformed, document_.position_of_stored(value.offset), std::move(message)};
  }

  bool expect(const JsonValue& value, JsonValue::Kind kind, std::string_view name, std::string_view what) {
    if (value.is(kind)) return true;
    refuse(value, "\"" + std::string(name) + "\" has to be " + std::string(what));
    return false;
  }

  // No member may stand twice: the one that is overruled would be a setting that does nothing.
  void no_repeats(const JsonValue& object) {
    std::set<std::string_view> seen;
    for (const JsonMember& member : object.members) {
      if (!seen.insert(member.key).second) refuse(member.value, "\"" + member.key + "\" stands twice");
    }
  }

  std::vector<std::string> texts(const JsonValue& value, std::string_view name) {
    std::vector<std::string> found;
    if (!expect(value, JsonValue::Kind::array, name, "a list of texts")) return found;
    for (const JsonValue& item : value.items) {
      if (!item.is(JsonValue::Kind::string) || item.string.empty()) {
        refuse(item, "\"" + std::string(name) + "\" has to be a list of texts that are not empty");
      } else {
        found.push_back(item.string);
      }
    }
    return found;
  }

 private:
  TextDocument document_;
  std::optional<Error> error_;
};

using Member = void (*)(Reader&, const JsonValue&, Settings&);

void read_service_tables(Reader& reader, const JsonValue& value, Settings& settings) {
  settings.preflight.sql.service_tables = reader.texts(value, "service_tables");
}

void read_separators(Reader& reader, const JsonValue& value, Settings& settings) {
  settings.preflight.sql.separators_allowed = reader.texts(value, "separators_allowed");
  for (const std::string& separator : settings.preflight.sql.separators_allowed) {
    if (separator != "GO" && separator != "/") reader.refuse(value, "\"separators_allowed\" knows \"GO\" and \"/\", not \"" + separator + "\"");
  }
}

void read_builtin_routines(Reader& reader, const JsonValue& value, Settings& settings) {
  settings.preflight.sql.builtin_routines = reader.texts(value, "builtin_routines");
}

void read_default_schema(Reader& reader, const JsonValue& value, Settings& settings) {
  if (!reader.expect(value, JsonValue::Kind::object, "default_schema", "an object of texts")) return;
  reader.no_repeats(value);
  for (const JsonMember& member : value.members) {
    if (!dialect_from(member.key)) {
      reader.refuse(member.value, "\"default_schema\" knows the dialects postgresql, mssql and oracle, not \"" + member.key + "\"");
    } else if (reader.expect(member.value, JsonValue::Kind::string, member.key, "a text")) {
      settings.preflight.sql.default_schema[member.key] = member.value.string;
    }
  }
}

void read_client_commands(Reader& reader, const JsonValue& value, Settings& settings) {
  if (!reader.expect(value, JsonValue::Kind::boolean, "client_commands_allowed", "true or false")) return;
  settings.preflight.sql.client_commands_allowed = value.boolean;
}

void read_dialect(Reader& reader, const JsonValue& value, Settings& settings) {
  if (!reader.expect(value, JsonValue::Kind::string, "dialect", "a text")) return;
  settings.preflight.dialect = dialect_from(value.string);
  if (!settings.preflight.dialect && value.string != "auto") {
    reader.refuse(value, "\"dialect\" has to be auto, postgresql, mssql or oracle, not \"" + value.string + "\"");
  }
}

void read_rules(Reader& reader, const JsonValue& value, Settings& settings) {
  if (!reader.expect(value, JsonValue::Kind::object, "rules", "an object of rule ids and severities")) return;
  reader.no_repeats(value);
  for (const JsonMember& member : value.members) {
    const std::optional<std::string> rule = known_rule(member.key);
    const auto setting = member.value.is(JsonValue::Kind::string) ? rule_setting_from(member.value.string) : std::nullopt;
    if (!rule) {
      reader.refuse(member.value, "there is no rule \"" + member.key + "\"");
    } else if (!setting) {
      reader.refuse(member.value, "rule \"" + member.key + "\" can be set to off, info, warning or error");
    } else {
      settings.preflight.rules[*rule] = *setting;
    }
  }
}

void read_fail_on(Reader& reader, const JsonValue& value, Settings& settings) {
  if (!reader.expect(value, JsonValue::Kind::string, "fail_on", "a text")) return;
  const std::optional<FailOn> fail_on = fail_on_from(value.string);
  if (!fail_on) return reader.refuse(value, "\"fail_on\" has to be error, warning, info or never, not \"" + value.string + "\"");
  settings.fail_on = *fail_on;
}

void read_labelled_severities(Reader& reader, const JsonValue& value, Settings&) {
  // Which severities a labelled corpus lists: for those who compare, without effect on a check.
  for (const std::string& name : reader.texts(value, "labelled_severities")) {
    if (!rule_setting_from(name) || name == "off") reader.refuse(value, "\"" + name + "\" is no severity");
  }
}

struct LimitMember {
  std::string_view name;
  void (*set)(Limits&, std::uint64_t);
};

#define BACKSTAY_LIMIT(name) \
  LimitMember { #name, [](Limits& limits, std::uint64_t value) { limits.name = static_cast<decltype(limits.name)>(value); } }
constexpr LimitMember limit_members[] = {
    BACKSTAY_LIMIT(max_package_inflated_bytes), BACKSTAY_LIMIT(max_input_bytes),       BACKSTAY_LIMIT(max_records),
    BACKSTAY_LIMIT(max_archive_depth),          BACKSTAY_LIMIT(max_path_units),        BACKSTAY_LIMIT(max_zip_directory_bytes),
    BACKSTAY_LIMIT(max_text_file_bytes),        BACKSTAY_LIMIT(max_json_depth),        BACKSTAY_LIMIT(max_xml_depth),
    BACKSTAY_LIMIT(max_dependencies),           BACKSTAY_LIMIT(max_promotion_bytes),   BACKSTAY_LIMIT(max_promotion_changes),
    BACKSTAY_LIMIT(max_promotion_depth),        BACKSTAY_LIMIT(max_script_bytes),      BACKSTAY_LIMIT(max_sql_nesting),
    BACKSTAY_LIMIT(max_dynamic_depth),          BACKSTAY_LIMIT(max_statements),        BACKSTAY_LIMIT(max_deployment_versions),
    BACKSTAY_LIMIT(max_findings),
};
#undef BACKSTAY_LIMIT

// Depths are walked by recursion, so a configuration may lower them, but not past what a stack holds.
constexpr std::int64_t max_depth = 1000;

void read_limits(Reader& reader, const JsonValue& value, Settings& settings) {
  if (!reader.expect(value, JsonValue::Kind::object, "limits", "an object of numbers")) return;
  reader.no_repeats(value);
  for (const JsonMember& member : value.members) {
    const LimitMember* limit = nullptr;
    for (const LimitMember& known : limit_members) {
      if (known.name == member.key) limit = &known;
    }
    if (!limit) return reader.refuse(member.value, "there is no limit \"" + member.key + "\"");
    const bool is_depth = member.key.ends_with("_depth") || member.key.ends_with("_nesting");
    const std::int64_t highest = is_depth ? max_depth : INT64_C(1) << 40;
    if (!member.value.is(JsonValue::Kind::integer) || member.value.integer < 1 || member.value.integer > highest) {
      return reader.refuse(member.value, "\"" + member.key + "\" has to be a whole number from 1 to " + std::to_string(highest));
    }
    limit->set(settings.preflight.limits, static_cast<std::uint64_t>(member.value.integer));
  }
  settings.preflight.sql.limits = settings.preflight.limits;
}

struct NamedMember {
  std::string_view name;
  Member read;
};
constexpr NamedMember members[] = {
    {"service_tables", read_service_tables},
    {"separators_allowed", read_separators},
    {"builtin_routines", read_builtin_routines},
    {"default_schema", read_default_schema},
    {"client_commands_allowed", read_client_commands},
    {"dialect", read_dialect},
    {"rules", read_rules},
    {"fail_on", read_fail_on},
    {"limits", read_limits},
    {"labelled_severities", read_labelled_severities},
};

void read_member(Reader& reader, const JsonMember& member, Settings& settings) {
  if (member.key == "$schema") return;  // for editors
  for (const NamedMember& known : members) {
    if (known.name == member.key) return known.read(reader, member.value, settings);
  }
  reader.refuse(member.value, "unknown setting \"" + member.key + "\"");
}

}  // namespace

std::optional<FailOn> fail_on_from(std::string_view name) {
  if (name == "error") return FailOn::error;
  if (name == "warning") return FailOn::warning;
  if (name == "info") return FailOn::info;
  if (name == "never") return FailOn::never;
  return std::nullopt;
}

std::optional<Severity> threshold_of(FailOn fail_on) {
  switch (fail_on) {
    case FailOn::info: return Severity::info;
    case FailOn::warning: return Severity::warning;
    case FailOn::error: return Severity::error;
    case FailOn::never: break;
  }
  return std::nullopt;
}

bool fails(const Findings& findings, FailOn fail_on) {
  const std::optional<Severity> threshold = threshold_of(fail_on);
  if (!threshold) return false;
  for (const Finding& finding : findings) {
    if (!finding.suppressed && finding.severity >= *threshold) return true;
  }
  return false;
}

std::optional<std::string> known_rule(std::string_view name) {
  const std::optional<report::RulePage> page = report::find_rule_page(name);
  if (!page) return std::nullopt;
  return std::string(page->id);
}

std::optional<std::optional<Severity>> rule_setting_from(std::string_view name) {
  using Setting = std::optional<std::optional<Severity>>;
  if (name == "off") return Setting(std::in_place, std::nullopt);
  if (name == "info") return Setting(Severity::info);
  if (name == "warning") return Setting(Severity::warning);
  if (name == "error") return Setting(Severity::error);
  return std::nullopt;
}

Result<Settings> read_settings(std::string_view json, std::string_view file, Settings base) {
  const Result<JsonDocument> document = parse_json(json, file);
  if (!document.ok()) return document.error();
  const JsonValue& root = document.value().root;
  Reader reader(json, file);
  if (reader.expect(root, JsonValue::Kind::object, "configuration", "an object")) {
    reader.no_repeats(root);
    for (const JsonMember& member : root.members) read_member(reader, member, base);
  }
  if (reader.failed()) return reader.error();
  return base;
}

}  // namespace backstay
