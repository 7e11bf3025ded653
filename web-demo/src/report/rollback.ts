// What going back would do, and why it may not bring everything back.
import type { Rollback } from "backstay";
import { h, longList } from "../dom";
import { actionWord, rollbackMood } from "./words";

const STEPS_AT_ONCE = 50;

export function rollbackSection(rollback: Rollback): HTMLElement {
  return h(
    "div", {},
    rollback.reasons.length > 0 && h("ul", { class: `reasons ${rollbackMood(rollback)}` }, rollback.reasons.map((reason) => h("li", {}, reason))),
    rollback.steps.length > 0 && h("p", {}, "A rollback would:"),
    rollback.steps.length > 0 && longList(h("ol", { class: "steps" }), rollback.steps, STEPS_AT_ONCE, (step) => h(
      "li", {}, h("span", { class: "name" }, actionWord[step.action] ?? step.action),
      h("span", { class: "about" }, [step.element, step.package].filter(Boolean).join(" in ")),
      step.note && h("span", { class: "note" }, step.note),
    )),
    rollback.reasons.length === 0 && rollback.steps.length === 0 && h("p", { class: "empty" }, "There is nothing to restore."),
  );
}
