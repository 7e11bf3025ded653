#include "core/package/package.hpp"

#include "core/base/ascii.hpp"

namespace backstay {

std::string_view to_string(InputKind kind) {
  switch (kind) {
    case InputKind::creatio_delivery: return "creatio-delivery";
    case InputKind::creatio_archive: return "creatio-archive";
    case InputKind::creatio_package: return "creatio-package";
    case InputKind::creatio_workspace: return "creatio-workspace";
    case InputKind::origam_model: return "origam-model";
    case InputKind::promotion: return "promotion";
    case InputKind::sql_script: return "sql-script";
  }
  return "";
}

std::string_view to_string(Dialect dialect) {
  switch (dialect) {
    case Dialect::postgresql: return "postgresql";
    case Dialect::mssql: return "mssql";
    case Dialect::oracle: return "oracle";
  }
  return "";
}

std::optional<Dialect> dialect_from(std::string_view name) {
  for (const Dialect dialect : {Dialect::postgresql, Dialect::mssql, Dialect::oracle}) {
    if (to_string(dialect) == name) return dialect;
  }
  return std::nullopt;
}

std::string_view to_string(InstallType type) {
  switch (type) {
    case InstallType::before_package: return "BeforePackage";
    case InstallType::after_package: return "AfterPackage";
    case InstallType::after_schema_data: return "AfterSchemaData";
    case InstallType::uninstall_app: return "UninstallApp";
  }
  return "";
}

std::optional<std::string> normalise_guid(std::string_view text) {
  text = trimmed(text);
  const bool braces = text.size() > 2 && ((text.front() == '{' && text.back() == '}') || (text.front() == '(' && text.back() == ')'));
  if (braces) text = text.substr(1, text.size() - 2);
  if (text.size() != 36 && (text.size() != 32 || braces)) return std::nullopt;
  const auto is_dash = [](std::size_t place) { return place == 8 || place == 13 || place == 18 || place == 23; };
  std::string out(36, '-');  // filled in place: a large delivery has many thousands
  std::size_t place = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (text.size() == 36 && is_dash(i)) {
      if (c != '-') return std::nullopt;
      continue;
    }
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return std::nullopt;
    if (is_dash(place)) ++place;
    out[place++] = c;
  }
  return out;
}

}  // namespace backstay
