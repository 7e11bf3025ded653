// The report as a page: a verdict on top, three answers and what to do next, then its parts as tabs.
import type { Options } from "backstay";
import { button, h } from "../dom";
import { iconOf } from "../icons";
import { rehearsable } from "../rehearsal/run";
import { RehearsalPart } from "../rehearsal/view";
import { bytes, count, number, t } from "../text";
import { comparePart } from "./compare";
import type { Context } from "./context";
import { FindingsPart } from "./findings";
import { OrderPart } from "./order";
import { packagesPart } from "./packages";
import { rollbackPart } from "./rollback";
import { ScriptsPart } from "./scripts";
import { endEditors } from "./source_view";
import { takeAway } from "./take_away";
import { type Answer, findingsAnswer, headline, inputWord, installAnswer, nextSteps, rollbackAnswer } from "./words";

export interface ReportActions {
  again: () => void;
  options: () => Promise<Options>;
}

// Made when it is opened for the first time.
interface Part {
  id: string;
  title: string;
  count: number | null;
  make: () => Made;
  made: Made | null;
  panel: HTMLElement;
}

interface Made {
  element: HTMLElement;
  show?: (item: string | undefined) => void;
}

export class ReportView {
  readonly element: HTMLElement;
  #context: Context;
  #parts: Part[] = [];
  #order: OrderPart | null = null;
  #rehearsal: RehearsalPart | null = null;
  #tabs = new Map<string, HTMLButtonElement>();

  constructor(context: Context, actions: ReportActions) {
    this.#context = context;
    this.#makeParts();
    this.element = h("div", { class: "report" }, this.#verdict(actions), this.#tabBar(), this.#parts.map((part) => part.panel));
  }

  // Opens a part, and in it what `item` names.
  open(id: string | undefined, item: string | undefined): void {
    const part = this.#parts.find((one) => one.id === id) ?? this.#parts[0];
    if (!part) return;
    for (const one of this.#parts) {
      const chosen = one === part;
      one.panel.hidden = !chosen;
      const tab = this.#tabs.get(one.id);
      tab?.setAttribute("aria-selected", String(chosen));
      if (tab) tab.tabIndex = chosen ? 0 : -1;
    }
    this.#made(part).show?.(item);
  }

  #made(part: Part): Made {
    if (!part.made) {
      part.made = part.make();
      part.panel.append(part.made.element);
    }
    return part.made;
  }

  end(): void {
    this.#order?.end();
    this.#rehearsal?.end();
    this.#context.sources.end();
    this.element.remove();
    endEditors();
  }

  #makeParts(): void {
    const { report, before } = this.#context;
    const context = this.#context;
    const add = (id: keyof typeof t.parts, many: number | null, make: () => Made) => {
      const panel = h("section", { id: `panel-${id}`, class: "panel", role: "tabpanel", "aria-labelledby": `tab-${id}`, tabindex: -1, hidden: true });
      this.#parts.push({ id, title: t.parts[id], count: many, make, made: null, panel });
    };
    add("findings", report.findings.length, () => new FindingsPart(context));
    if (report.order.status !== "not-applicable") add("order", report.order.steps.length, () => (this.#order = new OrderPart(context)));
    if (report.rollback.verdict !== "not-applicable") add("rollback", report.rollback.steps.length, () => ({ element: rollbackPart(context) }));
    if (report.scripts.length > 0) add("scripts", report.scripts.length, () => new ScriptsPart(context));
    if (report.packages.length > 0) add("packages", report.packages.length, () => ({ element: packagesPart(context, (name) => this.#findingsOf(name)) }));
    if (rehearsable(context) > 0) add("rehearsal", null, () => (this.#rehearsal = new RehearsalPart(context)));
    add("compare", null, () => ({ element: comparePart(context) }));
    if (before) this.#parts.unshift(this.#parts.pop() as Part); // it was asked for
  }

  #findingsOf(packageName: string): void {
    const part = this.#parts.find((one) => one.id === "findings") as Part;
    (this.#made(part) as FindingsPart).filterPackage(packageName);
    this.#context.go("findings");
  }

  #tabBar(): HTMLElement {
    const bar = h("div", { class: "tabs", role: "tablist", "aria-label": t.report.parts, onkeydown: (event) => this.#keys(event as KeyboardEvent) });
    for (const part of this.#parts) {
      const tab = h("button", {
        type: "button", role: "tab", id: `tab-${part.id}`, "aria-controls": `panel-${part.id}`, "aria-selected": "false", class: "tab", "data-part": part.id,
        onclick: () => this.#context.go(part.id),
      }, part.title, part.count === null ? null : h("span", { class: "count", "aria-hidden": "true" }, number(part.count)));
      this.#tabs.set(part.id, tab);
      bar.append(tab);
    }
    return bar;
  }

  #keys(event: KeyboardEvent): void {
    const ids = this.#parts.map((part) => part.id);
    const at = ids.findIndex((id) => this.#tabs.get(id) === document.activeElement);
    const to: Record<string, number> = { ArrowRight: (at + 1) % ids.length, ArrowLeft: (at + ids.length - 1) % ids.length, Home: 0, End: ids.length - 1 };
    const next = ids[to[event.key] ?? -1];
    if (!next) return;
    event.preventDefault();
    this.#context.go(next);
    this.#tabs.get(next)?.focus();
  }

  #verdict(actions: ReportActions): HTMLElement {
    const { report, upload } = this.#context;
    const { mood, text } = headline(report);
    const answers = [installAnswer(report), findingsAnswer(report), rollbackAnswer(report)];
    return h("section", { class: `verdict-card ${mood}`, "aria-labelledby": "verdict" },
      h("div", { class: "verdict-head" },
        h("div", { class: "verdict-words" },
          h("h1", { id: "verdict", tabindex: -1 }, iconOf(mood), h("span", {}, text)),
          h("div", { class: "inputs" }, report.inputs.map((input, index) => h("p", {},
            h("strong", {}, input.path), ` · ${inputWord(input.kind)} · ${bytes(input.bytes)}`, this.#corrected(index))),
          h("p", { class: "took" }, t.report.took(count(report.summary.milliseconds, t.nouns.millisecond))))),
        h("div", { class: "actions no-print" }, button(t.report.again, actions.again), takeAway(upload, actions.options))),
      h("ul", { class: "answers" }, answers.map((answer) => this.#answer(answer))),
      h("div", { class: "next" }, h("h2", {}, t.next.title), h("ol", {}, nextSteps(report).map((step) => h("li", {},
        h("span", {}, step.text), this.#has(step.part) && button(t.next.show(t.parts[step.part as keyof typeof t.parts]), () => this.#goDown(step.part), "link no-print"))))));
  }

  #corrected(input: number): string {
    const changes = this.#context.upload.items[input]?.changes?.length ?? 0;
    return changes > 0 ? ` · ${t.order.corrected(count(changes, t.nouns.file))}` : "";
  }

  #has(id: string): boolean {
    return this.#parts.some((part) => part.id === id);
  }

  #goDown(part: string): void {
    this.#context.go(part);
    this.#tabs.get(part)?.focus();
    this.element.querySelector(".tabs")?.scrollIntoView({ block: "start" });
  }

  #answer({ question, mood, short, long }: Answer): HTMLElement {
    return h("li", { class: `answer ${mood}` }, h("h2", {}, question), h("p", { class: "short" }, iconOf(mood), h("span", {}, short)), h("p", { class: "long" }, long));
  }
}
