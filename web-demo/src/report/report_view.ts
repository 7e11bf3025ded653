// The report as a page: a verdict on top, three answers, then the parts it rests on.
import type { Report } from "backstay";
import { append, bytes, h, plural } from "../dom";
import { findingsSection } from "./findings";
import { orderSection } from "./order";
import { packagesSection, scriptsSection } from "./packages";
import { rollbackSection } from "./rollback";
import type { RuleDialog } from "./rule_dialog";
import { type Answer, findingsAnswer, headline, inputWord, installAnswer, rollbackAnswer } from "./words";

export interface ReportActions {
  again: () => void;
  download: () => void;
}

export function reportView(report: Report, rules: RuleDialog, actions: ReportActions): HTMLElement {
  const view = h("div", { class: "report" }, verdictView(report, actions));
  const parts: [id: string, title: string, count: number, content: Node][] = [
    ["findings", "Findings", report.findings.length, findingsSection(report, rules)],
  ];
  if (report.order.status !== "not-applicable") parts.push(["order", "Order", report.order.steps.length, orderSection(report.order)]);
  if (report.rollback.verdict !== "not-applicable") parts.push(["rollback", "Rollback", report.rollback.steps.length, rollbackSection(report.rollback)]);
  if (report.packages.length > 0) parts.push(["packages", "Packages", report.packages.length, packagesSection(report.packages)]);
  if (report.scripts.length > 0) parts.push(["scripts", "Scripts", report.scripts.length, scriptsSection(report)]);
  append(view, [
    h("nav", { class: "parts", "aria-label": "Parts of the report" }, h("ul", {}, parts.map(([id, title, count]) =>
      h("li", {}, h("a", { href: `#${id}` }, title, h("span", { class: "count", "aria-hidden": "true" }, count.toLocaleString("en"))))))),
    parts.map(([id, title, , content]) => h("section", { id, "aria-labelledby": `${id}-title`, tabindex: -1 }, h("h2", { id: `${id}-title` }, title), content)),
  ]);
  return view;
}

function verdictView(report: Report, actions: ReportActions): HTMLElement {
  const { mood, text } = headline(report);
  const answers = [installAnswer(report), findingsAnswer(report), rollbackAnswer(report)];
  return h(
    "section", { class: `verdict-card ${mood}`, "aria-labelledby": "verdict" },
    h("div", { class: "inputs" }, report.inputs.map((input) => h("p", {},
      h("strong", {}, input.path), ` · ${inputWord[input.kind ?? ""] ?? "not readable"} · ${bytes(input.bytes)}`))),
    h("h1", { id: "verdict", tabindex: -1 }, icon(mood), h("span", {}, text)),
    h("ul", { class: "answers" }, answers.map(answerView)),
    h("div", { class: "actions" },
      h("button", { type: "button", onclick: actions.again }, "Check something else"),
      h("button", { type: "button", class: "quiet", onclick: actions.download }, "Download the report (JSON)"),
      h("span", { class: "took" }, `checked in ${plural(report.summary.milliseconds, "millisecond")}`)),
  );
}

function answerView({ question, mood, short, long }: Answer): HTMLElement {
  return h("li", { class: `answer ${mood}` }, h("h2", {}, question), h("p", { class: "short" }, icon(mood), h("span", {}, short)), h("p", { class: "long" }, long));
}

// Shapes, not only colours: a tick, an exclamation mark, a cross, a dash.
const shapes: Record<Answer["mood"], string> = {
  good: "M7 12.5l3.4 3.5L17 9", care: "M12 7v6M12 16.6v.4", bad: "M8.2 8.2l7.6 7.6M15.8 8.2l-7.6 7.6", none: "M8 12h8",
};

function icon(mood: Answer["mood"]): SVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const circle = document.createElementNS(svg.namespaceURI, "circle") as SVGElement;
  for (const [name, value] of [["cx", "12"], ["cy", "12"], ["r", "10.5"]] as const) circle.setAttribute(name, value);
  const mark = document.createElementNS(svg.namespaceURI, "path") as SVGElement;
  mark.setAttribute("d", shapes[mood]);
  svg.append(circle, mark);
  return svg;
}
