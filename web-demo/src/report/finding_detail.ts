// One finding: what and where, the script with the place marked, what to do, and the page of its rule beside it.
import type { Finding } from "backstay";
import { button, h } from "../dom";
import { iconOf } from "../icons";
import { t } from "../text";
import { type Context, keyOf } from "./context";
import { excerpt, placeText } from "./excerpt";
import { inline } from "./markdown";
import { rulePage, ruleTitle } from "./rule_pages";
import { sourceView } from "./source_view";
import { sentence } from "./words";

export interface Walk {
  position: string;
  previous: (() => void) | null;
  next: (() => void) | null;
  close: () => void;
}

export function findingDetail(finding: Finding, context: Context, walk: Walk): HTMLElement {
  const page = rulePage(finding.rule);
  const undo = t.undo[finding.reversibility];
  return h("article", { class: `finding-detail ${finding.severity}` },
    h("div", { class: "detail-bar" },
      button(t.findings.back, walk.close, "quiet small back"),
      h("span", { class: "detail-position" }, walk.position),
      h("span", { class: "actions" }, copyLink(context, finding),
        walkButton(t.findings.previous, walk.previous), walkButton(t.findings.next, walk.next))),
    h("div", { class: "detail-body" },
      h("div", { class: "detail-main" },
        h("p", { class: "detail-kind" }, h("span", { class: `badge ${finding.severity}` }, t.severity[finding.severity]), finding.package && h("span", { class: "package" }, finding.package)),
        h("h3", { class: "detail-message" }, sentence(finding.message)),
        h("p", { class: "place" }, placeText(finding)),
        finding.line === null ? null : textOf(finding, context),
        finding.remedy && h("div", { class: "remedy" }, h("h4", {}, t.findings.instead), h("p", {}, sentence(finding.remedy))),
        undo && h("p", { class: `undo ${finding.reversibility}` }, undo)),
      page && h("section", { class: "detail-rule", "aria-labelledby": "rule-title" },
        h("p", { class: "rule-id" }, finding.rule),
        h("h4", { id: "rule-title" }, ...inline(ruleTitle(finding.rule))), page)));
}

function textOf(finding: Finding, context: Context): HTMLElement | null {
  if (!finding.file) return excerpt(finding);
  const inFile = context.report.findings.filter((one) => one.file === finding.file && one.input === finding.input);
  const script = context.report.scripts.find((one) => one.file === finding.file && one.input === finding.input);
  return sourceView(context.sources, { input: finding.input, file: finding.file, dialect: script?.dialect ?? null, findings: inFile, current: finding });
}

function walkButton(label: string, action: (() => void) | null): HTMLButtonElement {
  const made = button(label, () => action?.(), "quiet small");
  made.disabled = action === null;
  return made;
}

function copyLink(context: Context, finding: Finding): HTMLElement {
  const link = new URL(context.address("findings", keyOf(finding)), location.href).href;
  const made = h("a", {
    class: "button quiet small copy-link", href: link,
    onclick: (event) => {
      event.preventDefault();
      void navigator.clipboard.writeText(link).then(() => (made.lastChild!.textContent = t.source.copied), () => {});
    },
  }, iconOf("link"), h("span", {}, t.findings.link));
  return made;
}
