// Two reports side by side: what got better, what got worse, what stayed.
import type { Finding, Report } from "backstay";
import { button, h, longList } from "../dom";
import { count, listOf, number, t } from "../text";
import { type Context, keyOf } from "./context";
import { shortPlace } from "./excerpt";
import { headline, type Mood, rollbackAnswer, installAnswer, sentence, severities } from "./words";

const ROWS_AT_ONCE = 50;

export interface Difference {
  gone: Finding[];
  added: Finding[];
  same: number;
}

// The same finding may have moved to another line, so the line is no part of what it is.
const identity = (finding: Finding): string => [finding.rule, finding.package, (finding.file ?? "").replace(/^.*\//, ""), finding.message].join("\n");

export function difference(before: readonly Finding[], after: readonly Finding[]): Difference {
  const left = new Map<string, Finding[]>();
  for (const finding of before) left.set(identity(finding), [...(left.get(identity(finding)) ?? []), finding]);
  const added: Finding[] = [];
  let same = 0;
  for (const finding of after) {
    const known = left.get(identity(finding));
    if (known?.pop()) same += 1;
    else added.push(finding);
  }
  const worst = (a: Finding, b: Finding) => severities.indexOf(a.severity) - severities.indexOf(b.severity);
  return { gone: [...left.values()].flat().sort(worst), added: added.sort(worst), same };
}

export function comparePart(context: Context): HTMLElement {
  const { before, report } = context;
  if (!before) {
    return h("div", { class: "empty-state" }, h("p", { class: "empty-title" }, t.compare.empty), h("p", {}, t.compare.emptyAbout), button(t.compare.choose, () => context.compareWith()));
  }
  const { gone, added, same } = difference(before.findings, report.findings);
  const weight = (list: readonly Finding[]) => list.reduce((sum, one) => sum + [100, 10, 1][severities.indexOf(one.severity)]!, 0);
  const mood: Mood = weight(added) > weight(gone) ? "bad" : weight(gone) > weight(added) ? "good" : "none";
  const names = (one: Report) => listOf(one.inputs.map((input) => input.path), 2);
  const row = (title: string, old: string, now: string) => h("tr", { class: old === now ? "same" : "changed" }, h("th", { scope: "row" }, title), h("td", {}, old), h("td", {}, now));
  const numbers = (one: Report) => `${number(one.summary.errors)} / ${number(one.summary.warnings)} / ${number(one.summary.infos)}`;
  return h("div", { class: "compare-part" },
    h("p", { class: `compare-verdict ${mood}` }, t.compare.verdict[mood === "good" ? "better" : mood === "bad" ? "worse" : "equal"](number(gone.length), number(added.length), number(same))),
    h("div", { class: "wide", tabindex: 0, role: "region", "aria-label": t.compare.table }, h("table", { class: "full" },
      h("caption", { class: "visually-hidden" }, t.compare.table),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, ""), h("th", { scope: "col" }, `${t.compare.before}: ${names(before)}`), h("th", { scope: "col" }, `${t.compare.now}: ${names(report)}`))),
      h("tbody", {},
        row(t.compare.headline, headline(before).text, headline(report).text),
        row(t.answers.install.question, installAnswer(before).short, installAnswer(report).short),
        row(t.answers.undo.question, rollbackAnswer(before).short, rollbackAnswer(report).short),
        row(t.compare.numbers, numbers(before), numbers(report)),
        row(t.parts.packages, packageList(before), packageList(report))))),
    h("div", { class: "compare-lists" },
      list(t.compare.added(count(added.length, t.nouns.finding)), added, (finding) => button(sentence(finding.message), () => context.go("findings", keyOf(finding)), "link")),
      list(t.compare.gone(count(gone.length, t.nouns.finding)), gone, (finding) => h("span", {}, sentence(finding.message)))),
    h("p", {}, button(t.compare.another, () => context.compareWith(), "quiet")));
}

function packageList(report: Report): string {
  return listOf(report.packages.map((one) => [one.name, one.version].filter(Boolean).join(" ")), 6);
}

function list(title: string, findings: readonly Finding[], text: (finding: Finding) => Node): HTMLElement {
  return h("section", {}, h("h3", {}, title), findings.length === 0 ? h("p", { class: "empty" }, t.compare.none)
    : longList(h("ul", { class: "compare-list" }), findings, ROWS_AT_ONCE, (finding) => h("li", { class: finding.severity },
      h("span", { class: `badge ${finding.severity}` }, t.severity[finding.severity]), text(finding), h("span", { class: "place" }, [finding.package, shortPlace(finding), finding.rule].filter(Boolean).join(" · ")))));
}
