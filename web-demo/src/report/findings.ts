// Findings: filters on top, the list in groups on the left, what one of them says on the right.
import type { Finding, Report, Severity } from "backstay";
import { announce, button, chooser, h, longList } from "../dom";
import { count, form, number, t } from "../text";
import { type Context, keyOf } from "./context";
import { shortPlace } from "./excerpt";
import { findingDetail } from "./finding_detail";
import { inline } from "./markdown";
import { ruleTitle } from "./rule_pages";
import { sentence, severities } from "./words";

const ITEMS_AT_ONCE = 40;
const OPEN_ITEMS = 60; // groups are open as long as no more than this is listed

type Grouping = "rule" | "package" | "file";

interface Filter {
  severities: Set<Severity>;
  rule: string;
  package: string;
  words: string;
  grouping: Grouping;
}

interface Group {
  key: string;
  severity: Severity;
  findings: Finding[];
}

const rank = (severity: Severity) => severities.indexOf(severity);

export function groupFindings(findings: readonly Finding[], grouping: Grouping): Group[] {
  const groups = new Map<string, Group>();
  for (const finding of findings) {
    const key = grouping === "rule" ? finding.rule : grouping === "package" ? finding.package ?? "" : finding.file ?? finding.input ?? "";
    const id = grouping === "rule" ? `${finding.severity} ${key}` : key;
    const group = groups.get(id) ?? { key, severity: finding.severity, findings: [] };
    if (rank(finding.severity) < rank(group.severity)) group.severity = finding.severity;
    group.findings.push(finding);
    groups.set(id, group);
  }
  const sorted = [...groups.values()];
  if (grouping === "rule") sorted.sort((a, b) => rank(a.severity) - rank(b.severity) || b.findings.length - a.findings.length || a.key.localeCompare(b.key));
  return sorted;
}

function passes(finding: Finding, filter: Filter): boolean {
  if (!filter.severities.has(finding.severity)) return false;
  if (filter.rule && finding.rule !== filter.rule) return false;
  if (filter.package && (finding.package ?? "") !== filter.package) return false;
  if (!filter.words) return true;
  const text = `${finding.message}\n${finding.rule}\n${finding.file}\n${finding.package}\n${finding.excerpt}`.toLowerCase();
  return text.includes(filter.words);
}

export class FindingsPart {
  readonly element: HTMLElement;
  #context: Context;
  #filter: Filter = { severities: new Set(severities), rule: "", package: "", words: "", grouping: "rule" };
  #list = h("div", { class: "groups" });
  #detail = h("div", { class: "detail", role: "region", "aria-label": t.findings.detail });
  #visible: Finding[] = [];
  #buttons = new Map<Finding, HTMLButtonElement>();
  #selected: Finding | null = null;

  constructor(context: Context) {
    this.#context = context;
    const { report } = context;
    this.#list.addEventListener("keydown", (event) => this.#keys(event as KeyboardEvent));
    this.element = h("div", { class: "findings-part" },
      report.findings.length > 0 && this.#filters(report),
      h("div", { class: "split" },
        h("div", { class: "split-list" }, this.#list, this.#suppressed(report)),
        this.#detail));
    this.#draw();
  }

  // Shows the finding that an address names; the first one when there is room beside the list.
  show(key: string | undefined): void {
    const wanted = key ? this.#context.report.findings.find((finding) => keyOf(finding) === key) : undefined;
    if (wanted) {
      if (!this.#visible.includes(wanted)) this.#clear();
      this.#select(wanted, false);
      this.#buttons.get(wanted)?.scrollIntoView({ block: "nearest" });
    } else if (!this.#selected && this.#visible[0] && matchMedia("(min-width: 62rem)").matches) this.#select(this.#visible[0], false);
  }

  filterPackage(name: string): void {
    this.#filter.package = name;
    this.element.querySelector<HTMLSelectElement>(".filter-package select")!.value = name;
    this.#draw();
  }

  #clear(): void {
    this.#filter = { ...this.#filter, severities: new Set(severities), rule: "", package: "", words: "" };
    this.element.querySelector(".filter-bar")?.replaceWith(this.#filters(this.#context.report));
    this.#draw();
  }

  #filters(report: Report): HTMLElement {
    const filter = this.#filter;
    const counts: Record<Severity, number> = { error: report.summary.errors, warning: report.summary.warnings, info: report.summary.infos };
    const changed = <T>(put: (value: T) => void) => (value: T) => {
      put(value);
      this.#draw();
      announce(count(this.#visible.length, t.nouns.finding));
    };
    const rules = [...new Set(report.findings.map((finding) => finding.rule))].sort();
    const packages = [...new Set(report.findings.map((finding) => finding.package ?? ""))].sort();
    const search = h("input", { type: "search", class: "search", "aria-label": t.findings.search, placeholder: t.findings.search, value: filter.words });
    search.addEventListener("input", () => changed<string>((words) => (filter.words = words))(search.value.trim().toLowerCase()));
    const any = [["", t.findings.any]] as const;
    return h("div", { class: "filter-bar" },
      search,
      h("fieldset", { class: "chips" }, h("legend", { class: "visually-hidden" }, t.findings.show),
        severities.filter((severity) => counts[severity] > 0).map((severity) => h("label", { class: `chip ${severity}` },
          h("input", {
            type: "checkbox", checked: filter.severities.has(severity), "data-severity": severity,
            onchange: (event) => changed<boolean>((on) => { if (on) filter.severities.add(severity); else filter.severities.delete(severity); })((event.target as HTMLInputElement).checked),
          }),
          `${number(counts[severity])} ${form(counts[severity], t.severityForms[severity])}`))),
      rules.length > 1 && h("div", { class: "filter-rule" }, chooser(t.findings.rule, [...any, ...rules.map((rule) => [rule, rule] as const)], filter.rule, changed((value) => (filter.rule = value)))),
      h("div", { class: "filter-package", hidden: packages.length < 2 },
        chooser(t.findings.package, [...any, ...packages.filter(Boolean).map((name) => [name, name] as const)], filter.package, changed((value) => (filter.package = value)))),
      chooser(t.findings.grouping, [["rule", t.findings.byRule], ["package", t.findings.byPackage], ["file", t.findings.byFile]], filter.grouping,
        changed((value) => (filter.grouping = value as Grouping))));
  }

  #draw(): void {
    const { report } = this.#context;
    this.#buttons.clear();
    const groups = groupFindings(report.findings.filter((finding) => passes(finding, this.#filter)), this.#filter.grouping);
    this.#visible = groups.flatMap((group) => group.findings);
    let listed = 0;
    this.#list.replaceChildren(...groups.map((group, index) => {
      const open = index === 0 || listed + group.findings.length <= OPEN_ITEMS;
      if (open) listed += group.findings.length;
      return this.#group(group, open);
    }));
    if (groups.length === 0) this.#list.append(this.#empty(report));
    if (this.#selected && !this.#visible.includes(this.#selected)) this.#close();
    else if (this.#selected) this.#buttons.get(this.#selected)?.setAttribute("aria-current", "true");
  }

  #empty(report: Report): HTMLElement {
    if (report.findings.length === 0) return h("div", { class: "empty-state" }, h("p", { class: "empty-title" }, t.findings.none), h("p", {}, t.findings.noneAbout));
    return h("div", { class: "empty-state" }, h("p", { class: "empty-title" }, t.findings.noneChosen), button(t.findings.clear, () => this.#clear(), "quiet"));
  }

  #group(group: Group, open: boolean): HTMLElement {
    const body = h("div", { class: "group-body" });
    const fill = () => {
      if (body.childElementCount === 0) body.append(longList(h("ul", { class: "findings" }), group.findings, ITEMS_AT_ONCE, (finding) => this.#item(finding)));
    };
    if (open) fill();
    const title = this.#filter.grouping === "rule" ? inline(ruleTitle(group.key) || group.key) : [group.key || t.findings.noPackage];
    return h("details", { class: `group ${group.severity}`, open, ontoggle: fill },
      h("summary", {},
        h("span", { class: "group-title" }, ...title),
        h("span", { class: `count ${group.severity}`, "aria-label": count(group.findings.length, t.nouns.finding) }, number(group.findings.length)),
        this.#filter.grouping === "rule" && h("span", { class: "rule-id" }, `${t.severity[group.severity]} · ${group.key}`)),
      body);
  }

  #item(finding: Finding): HTMLElement {
    const item = h("button", { type: "button", class: `finding ${finding.severity}`, onclick: () => this.#select(finding, true) },
      h("span", { class: "visually-hidden" }, `${t.severity[finding.severity]}: `),
      h("span", { class: "message" }, sentence(finding.message)),
      h("span", { class: "place" }, [finding.package, shortPlace(finding)].filter(Boolean).join(" · ")));
    if (finding === this.#selected) item.setAttribute("aria-current", "true");
    this.#buttons.set(finding, item);
    return h("li", {}, item);
  }

  #select(finding: Finding, byUser: boolean): void {
    if (this.#selected) this.#buttons.get(this.#selected)?.removeAttribute("aria-current");
    this.#selected = finding;
    this.#buttons.get(finding)?.setAttribute("aria-current", "true");
    const at = this.#visible.indexOf(finding);
    const step = (to: number) => {
      const next = this.#visible[to];
      if (next) this.#select(next, true);
    };
    this.#detail.replaceChildren(findingDetail(finding, this.#context, {
      position: t.findings.position(number(at + 1), number(this.#visible.length)),
      previous: at > 0 ? () => step(at - 1) : null,
      next: at < this.#visible.length - 1 ? () => step(at + 1) : null,
      close: () => this.#close(),
    }));
    this.element.classList.add("has-detail");
    this.#context.go("findings", keyOf(finding), false);
    const narrow = !matchMedia("(min-width: 62rem)").matches;
    if (byUser && narrow) this.#detail.scrollIntoView({ block: "start" });
    if (byUser) announce(sentence(finding.message));
  }

  #close(): void {
    const button = this.#selected && this.#buttons.get(this.#selected);
    button?.removeAttribute("aria-current");
    this.#selected = null;
    this.#detail.replaceChildren();
    this.element.classList.remove("has-detail");
    button?.focus();
    this.#context.go("findings", undefined, false);
  }

  // Up and down (or k and j) walk through the findings, Home and End go to the first and the last.
  #keys(event: KeyboardEvent): void {
    const moves: Record<string, number> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, Home: -Infinity, End: Infinity };
    const move = moves[event.key];
    if (move === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const shown = [...this.#list.querySelectorAll<HTMLElement>("summary, details[open] button.finding, button.more")];
    const at = shown.indexOf(document.activeElement as HTMLElement);
    const next = shown[Math.max(0, Math.min(shown.length - 1, at + move))];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  #suppressed(report: Report): HTMLElement | null {
    if (report.suppressed.length === 0) return null;
    return h("details", { class: "group suppressed" },
      h("summary", {}, h("span", { class: "group-title" }, t.findings.suppressed(count(report.suppressed.length, t.nouns.finding)))),
      h("div", { class: "group-body" }, longList(h("ul", { class: "findings" }), report.suppressed, ITEMS_AT_ONCE, (finding) => h("li", { class: "suppressed-finding" },
        h("p", { class: "message" }, sentence(finding.message)),
        h("p", { class: "place" }, `${shortPlace(finding)} · ${finding.rule}`),
        finding.suppression_reason && h("p", { class: "remedy" }, h("strong", {}, `${t.findings.reason} `), finding.suppression_reason)))));
  }
}
