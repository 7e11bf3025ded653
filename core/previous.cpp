#include "core/previous.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include "core/base/ascii.hpp"

namespace backstay {
namespace {

using report::Change;
using report::ScriptEntry;

std::string package_id_of(const CheckedInput& input, std::string_view name) {
  if (!input.set) return {};
  for (const Package& package : input.set->packages) {
    if (package.name == name) return package.id;
  }
  return {};
}

// Scripts of the previous version, by everything they can be found under. Ids are worth more than names.
class PreviousScripts {
 public:
  explicit PreviousScripts(const std::vector<CheckedInput>& previous) {
    for (const CheckedInput& input : previous) {
      bare_ += input.set && input.set->kind == InputKind::sql_script ? input.scripts.size() : 0;
      for (const ScriptEntry& script : input.scripts) {
        for (std::string& key : keys(input, script)) scripts_.try_emplace(std::move(key), &script);
        last_ = &script;
      }
    }
  }

  const ScriptEntry* find(const CheckedInput& input, const ScriptEntry& script, bool only_one) const {
    for (const std::string& key : keys(input, script)) {
      const auto found = scripts_.find(key);
      if (found != scripts_.end()) return found->second;
    }
    // Two bare scripts are two versions of one, whatever their files are called.
    const bool bare = input.set && input.set->kind == InputKind::sql_script;
    return bare && only_one && bare_ == 1 && scripts_.size() <= 2 ? last_ : nullptr;
  }

 private:
  static std::vector<std::string> keys(const CheckedInput& input, const ScriptEntry& script) {
    const std::string engine = script.dialect ? std::string(to_string(*script.dialect)) : std::string();
    std::vector<std::string> found;
    for (const std::string& package : {package_id_of(input, script.package), lowered(script.package)}) {
      if (package.empty() && !script.package.empty()) continue;
      if (!script.id.empty()) found.push_back(package + '\1' + script.id);
      const std::string& name = script.name.empty() ? script.file : script.name;
      found.push_back(package + '\2' + lowered(name) + '\2' + engine + '\2' + script.deployment_version.value_or(""));
    }
    return found;
  }

  std::map<std::string, const ScriptEntry*> scripts_;
  const ScriptEntry* last_ = nullptr;
  std::size_t bare_ = 0;
};

// The same text but for line ends and a byte order mark, which tools change in passing.
bool same_text(std::string_view a, std::string_view b) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (a.starts_with(mark)) a.remove_prefix(mark.size());
  if (b.starts_with(mark)) b.remove_prefix(mark.size());
  std::size_t i = 0, k = 0;
  for (;;) {
    while (i < a.size() && a[i] == '\r') ++i;
    while (k < b.size() && b[k] == '\r') ++k;
    if (i == a.size() || k == b.size()) return i == a.size() && k == b.size();
    if (a[i++] != b[k++]) return false;
  }
}

Finding* finding_at(CheckedInput& input, const ScriptEntry& script, std::string_view rule, std::uint32_t line) {
  for (Finding& finding : input.findings) {
    if (finding.rule == rule && finding.at.line == line && finding.at.file == script.file) return &finding;
  }
  return nullptr;
}

std::string_view rule_of(const sql::Definition& definition) {
  return definition.routine ? "sql/replace-routine-signature" : "sql/replace-view-column-set";
}

// What the previous version of a script defines, against this one.
class DefinitionCheck {
 public:
  DefinitionCheck(CheckedInput& input, ScriptEntry& script, const ScriptEntry& previous, const PreflightOptions& options)
      : input_(input), script_(script), previous_(previous), options_(options) {}

  // `same`: the texts are, so that running the previous version again is what this one has just done.
  void run(bool same) {
    for (const sql::Definition& now : script_.outline.definitions) {
      Finding* finding = finding_at(input_, script_, rule_of(now), now.line);
      if (!finding) continue;  // its rule is off
      if (same) finding->rule.clear();
      else check(now, *finding);
    }
    std::erase_if(input_.findings, [&](const Finding& finding) { return finding.rule.empty(); });
  }

 private:
  void check(const sql::Definition& now, Finding& finding) {
    std::string reason;
    bool known = false, refused = false, same = false;
    for (const sql::Definition& before : previous_.outline.definitions) {
      if (before.routine != now.routine || before.key != now.key) continue;
      known |= now.routine || (now.columns && before.columns);
      std::string why;
      if (sql::refuses_previous(now, before, why)) {
        refused = true;
        reason = std::move(why);
      } else if (known) {
        same = true;  // an overload of the same arguments
      }
    }
    if (!known) return;
    if (!refused || same) {
      finding.rule.clear();
      return;
    }
    finding.message = (now.routine ? "the routine " : "the view ") + now.written + ": " + reason;
    finding.reversibility = Reversibility::with_capture;
    if (options_.rules.count(finding.rule) == 0) finding.severity = Severity::warning;
    script_.reversibility = std::max(script_.reversibility, Reversibility::with_capture);
    if (script_.verdict == sql::Verdict::safe) script_.verdict = sql::Verdict::with_capture;
  }

  CheckedInput& input_;
  ScriptEntry& script_;
  const ScriptEntry& previous_;
  const PreflightOptions& options_;
};

void compare(CheckedInput& input, ScriptEntry& script, const ScriptEntry& previous, const PreflightOptions& options) {
  const bool same = same_text(script.text, previous.text);
  const bool dates = script.modified_ms && previous.modified_ms;
  const bool same_date = dates && script.modified_ms == previous.modified_ms;
  script.change = same && (same_date || !dates) ? Change::unchanged : Change::changed;
  if (!same && same_date && script.install_type) {
    Finding finding;
    finding.rule = "package/script-date-unchanged";
    finding.severity = Severity::warning;
    finding.message = "the text of script " + script.name + " differs from the previous version and its modification date does not, so an update leaves it out";
    finding.package = script.package;
    finding.at.file = script.file;
    finding.remedy = "Save the script in the designer, or set a new ModifiedOnUtc.";
    input.findings.push_back(std::move(finding));
    apply_rules(input.findings, options.rules);
  }
  DefinitionCheck(input, script, previous, options).run(same);
}

bool switches_on(const sql::Toggle& on, const sql::Toggle& off) {
  return on.on && on.table == off.table && (on.member.empty() || on.member == off.member);
}

}  // namespace

void compare_with_previous(std::vector<CheckedInput>& inputs, const std::vector<CheckedInput>& previous, const PreflightOptions& options) {
  if (previous.empty()) return;
  const PreviousScripts known(previous);
  std::size_t scripts = 0;
  for (const CheckedInput& input : inputs) scripts += input.scripts.size();
  for (CheckedInput& input : inputs) {
    for (ScriptEntry& script : input.scripts) {
      const ScriptEntry* before = known.find(input, script, scripts == 1);
      script.change = Change::added;
      if (before) compare(input, script, *before, options);
      script.text = {};
    }
  }
}

void name_later_enables(std::vector<CheckedInput>& inputs) {
  std::vector<const ScriptEntry*> enabling;
  for (const CheckedInput& input : inputs) {
    for (const ScriptEntry& script : input.scripts) {
      const auto& toggles = script.outline.toggles;
      if (std::any_of(toggles.begin(), toggles.end(), [](const sql::Toggle& toggle) { return toggle.on; })) enabling.push_back(&script);
    }
  }
  if (enabling.empty()) return;
  for (CheckedInput& input : inputs) {
    for (const ScriptEntry& script : input.scripts) {
      for (const sql::Toggle& off : script.outline.toggles) {
        if (off.on) continue;
        const auto later = std::find_if(enabling.begin(), enabling.end(), [&](const ScriptEntry* other) {
          return other != &script && other->dialect == script.dialect && other->install_type != InstallType::uninstall_app &&
                 other->install_type >= script.install_type &&
                 std::any_of(other->outline.toggles.begin(), other->outline.toggles.end(), [&](const sql::Toggle& on) { return switches_on(on, off); });
        });
        if (later == enabling.end()) continue;
        if (Finding* finding = finding_at(input, script, "sql/disable-trigger-or-constraint", off.line)) {
          finding->message = (off.member.empty() ? std::string("what is switched off here") : off.member + ", switched off here,") +
                             " is switched on again only by script " + (*later)->name + "; it stays off when the installation stops in between";
        }
      }
    }
  }
}

}  // namespace backstay
