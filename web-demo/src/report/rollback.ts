// The way back: what is restored how, in order, with the class of each step and the point of no return.
import type { Report, RollbackStep, Script } from "backstay";
import { button, h, longList } from "../dom";
import { iconOf } from "../icons";
import { count, t } from "../text";
import type { Context } from "./context";
import { scriptKey } from "./scripts";
import { type Mood, rollbackMood, sentence } from "./words";

const ROWS_AT_ONCE = 200;
type StepClass = keyof typeof t.rollback.classes;
const classMood: Record<StepClass, Mood> = { restored: "good", reversed: "good", captured: "care", decision: "care", lost: "bad", kept: "none" };

function scriptsByStep(report: Report): Map<string, Script> {
  return new Map(report.scripts.map((script) => [`${script.package}\n${script.name}`, script]));
}

export function classOf(step: RollbackStep, script: Script | undefined): StepClass {
  if (step.action === "none") return script?.verdict === "irreversible" || script?.verdict === "not-understood" ? "lost" : "kept";
  if (step.action === "reverse-script") return script?.verdict === "with-capture" ? "captured" : "reversed";
  if (step.action === "restore-account-backup") return "decision";
  return script?.verdict === "with-capture" ? "captured" : "restored";
}

export function rollbackPart(context: Context): HTMLElement {
  const { report } = context;
  const { rollback } = report;
  const scripts = scriptsByStep(report);
  const scriptOf = (step: RollbackStep) => scripts.get(`${step.package}\n${step.element}`);
  const classes = rollback.steps.map((step) => classOf(step, scriptOf(step)));
  // A rollback goes backwards, so what ran first is undone last.
  const border = classes.lastIndexOf("lost");
  const tally = (Object.keys(classMood) as StepClass[]).map((name) => [name, classes.filter((one) => one === name).length] as const).filter(([, many]) => many > 0);
  return h("div", { class: "rollback-part" },
    h("div", { class: "card-head" },
      h("p", { class: "tally" }, tally.map(([name, many]) => h("span", { class: `verdict ${classMood[name]}` }, `${many} × ${t.rollback.classes[name]}`))),
      rollback.steps.length > 0 && h("span", { class: "actions no-print" }, button(t.rollback.print, () => window.print(), "quiet small"))),
    rollback.reasons.length > 0 && h("ul", { class: `reasons ${rollbackMood(rollback)}` }, rollback.reasons.map((reason) => h("li", {}, sentence(reason)))),
    border >= 0 && h("p", { class: "border-about" }, iconOf("bad"), h("span", {}, h("strong", {}, `${t.rollback.border} `), t.rollback.borderAbout(rollback.steps[border]?.element ?? rollback.steps[border]?.package ?? ""))),
    rollback.steps.length > 0 && h("p", { class: "about" }, t.rollback.intro(count(rollback.steps.length, t.nouns.step))),
    rollback.steps.length > 0 && longList(h("ol", { class: "timeline" }), rollback.steps, ROWS_AT_ONCE, (step, index) => stepView(context, step, classes[index] as StepClass, scriptOf(step), index === border)),
    rollback.reasons.length === 0 && rollback.steps.length === 0 && h("div", { class: "empty-state" }, h("p", { class: "empty-title" }, t.rollback.nothing)),
  );
}

function stepView(context: Context, step: RollbackStep, kind: StepClass, script: Script | undefined, border: boolean): HTMLElement {
  return h("li", { class: `${classMood[kind]}${border ? " border" : ""}` },
    h("div", { class: "timeline-head" },
      h("span", { class: "name" }, step.element ?? step.package ?? t.rollback.actions[step.action]),
      h("span", { class: `verdict ${classMood[kind]}` }, t.rollback.classes[kind])),
    h("p", { class: "about" }, [t.rollback.actions[step.action] ?? step.action, step.element && step.package].filter(Boolean).join(" · ")),
    step.note && h("p", { class: "note" }, sentence(step.note)),
    script && h("p", { class: "no-print" }, button(t.rollback.openScript, () => context.go("scripts", scriptKey(script)), "link")),
    border && h("p", { class: "border-line" }, t.rollback.border));
}
