// Findings, grouped by rule: the worst first, each group folded, its items made when it is opened.
import type { Finding, Report, Severity } from "backstay";
import { h, longList, plural } from "../dom";
import { excerpt, placeText } from "./excerpt";
import { inline } from "./markdown";
import type { RuleDialog } from "./rule_dialog";
import { severityWord, undoWord } from "./words";

const severities: Severity[] = ["error", "warning", "info"];
const OPEN_GROUPS = 3; // so that a small report needs no click
const ITEMS_AT_ONCE = 25;

interface Group {
  rule: string;
  severity: Severity;
  findings: Finding[];
}

export function groupFindings(findings: readonly Finding[]): Group[] {
  const groups = new Map<string, Group>();
  for (const finding of findings) {
    const key = `${finding.severity} ${finding.rule}`;
    const group = groups.get(key) ?? { rule: finding.rule, severity: finding.severity, findings: [] };
    group.findings.push(finding);
    groups.set(key, group);
  }
  const rank = (group: Group) => severities.indexOf(group.severity);
  return [...groups.values()].sort((a, b) => rank(a) - rank(b) || b.findings.length - a.findings.length || a.rule.localeCompare(b.rule));
}

export function findingsSection(report: Report, rules: RuleDialog): HTMLElement {
  const list = h("div", { class: "groups" });
  const shown = new Set<Severity>(severities);
  const draw = () => {
    const groups = groupFindings(report.findings.filter((finding) => shown.has(finding.severity)));
    list.replaceChildren(...groups.map((group, index) => groupView(group, index < OPEN_GROUPS, rules)));
    if (groups.length === 0) list.append(h("p", { class: "empty" }, report.findings.length === 0 ? "Nothing was found." : "Nothing of the chosen kinds."));
  };
  draw();
  const counts: Record<Severity, number> = { error: report.summary.errors, warning: report.summary.warnings, info: report.summary.infos };
  const filter = h(
    "fieldset", { class: "filter" }, h("legend", { class: "visually-hidden" }, "Show"),
    severities.filter((severity) => counts[severity] > 0).map((severity) =>
      h("label", { class: `chip ${severity}` },
        h("input", {
          type: "checkbox", checked: true,
          onchange: (event) => {
            if ((event.target as HTMLInputElement).checked) shown.add(severity);
            else shown.delete(severity);
            draw();
          },
        }),
        plural(counts[severity], severityWord[severity].toLowerCase()),
      ),
    ),
  );
  return h("div", {}, report.findings.length > 0 && filter, list, suppressedView(report, rules));
}

function groupView(group: Group, open: boolean, rules: RuleDialog): HTMLElement {
  const body = h("div", { class: "group-body" });
  const fill = () => {
    if (body.childElementCount > 0) return;
    if (rules.has(group.rule)) {
      body.append(h("p", { class: "group-why" },
        h("button", { type: "button", class: "link", onclick: () => rules.show(group.rule) }, "Why this matters and what to do instead",
          h("span", { class: "visually-hidden" }, ` (${group.rule})`))));
    }
    body.append(longList(h("ul", { class: "findings" }), group.findings, ITEMS_AT_ONCE, findingView));
  };
  if (open) fill();
  return h(
    "details", { class: `group ${group.severity}`, open, ontoggle: fill },
    h("summary", {},
      h("span", { class: `badge ${group.severity}` }, severityWord[group.severity]),
      h("span", { class: "group-title" }, ...inline(rules.title(group.rule) || group.rule)),
      h("span", { class: "count", "aria-label": plural(group.findings.length, "finding") }, group.findings.length.toLocaleString("en")),
      h("span", { class: "rule-id" }, group.rule),
    ),
    body,
  );
}

function findingView(finding: Finding): HTMLElement {
  const undo = undoWord[finding.reversibility];
  return h(
    "li", { class: "finding" },
    h("p", { class: "message" }, sentence(finding.message)),
    h("p", { class: "place" }, finding.package && h("span", { class: "package" }, finding.package), h("span", {}, placeText(finding))),
    excerpt(finding),
    finding.remedy && h("p", { class: "remedy" }, h("strong", {}, "Instead: "), finding.remedy),
    undo && h("p", { class: `undo ${finding.reversibility}` }, undo),
  );
}

function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function suppressedView(report: Report, rules: RuleDialog): HTMLElement | null {
  if (report.suppressed.length === 0) return null;
  const list = h("ul", { class: "findings" });
  return h(
    "details", { class: "group suppressed" },
    h("summary", {}, h("span", { class: "group-title" }, `${plural(report.suppressed.length, "finding")} allowed by a comment in the script`)),
    longList(list, report.suppressed, ITEMS_AT_ONCE, (finding) =>
      h("li", { class: "finding" },
        h("p", { class: "message" }, sentence(finding.message)),
        h("p", { class: "place" }, placeText(finding), " (", rules.title(finding.rule) || finding.rule, ")"),
        finding.suppression_reason && h("p", { class: "remedy" }, h("strong", {}, "Reason given: "), finding.suppression_reason),
      ),
    ),
  );
}
