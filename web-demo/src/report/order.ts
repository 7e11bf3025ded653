// The order of installation as a list, or why there is none: who waits for whom, and edits that help.
import type { Candidate, Order, Repair } from "backstay";
import { h, longList, plural } from "../dom";
import { listOf } from "./words";

const STEPS_AT_ONCE = 50;

export function orderSection(order: Order): HTMLElement {
  return h(
    "div", {},
    deadlockView(order),
    order.cycles.length > 0 && cyclesView(order.cycles),
    missingView(order),
    order.repairs.length > 0 && repairsView(order.repairs),
    stepsView(order),
  );
}

function stepsView(order: Order): HTMLElement | null {
  if (order.steps.length === 0) return order.status === "not-applicable" ? h("p", { class: "empty" }, "There is no order to establish here.") : null;
  const complete = order.status === "ok" || order.status === "missing";
  const list = h("ol", { class: "steps" });
  return h(
    "div", {},
    h("p", {}, complete ? "Install in this order:" : `${plural(order.steps.length, "step")} can be placed before it gets stuck:`),
    longList(list, order.steps, STEPS_AT_ONCE, (step) => h("li", {}, h("span", { class: "name" }, step.package), step.version && h("span", { class: "version" }, step.version))),
  );
}

function deadlockView(order: Order): HTMLElement | null {
  if (order.candidates.length === 0) return null;
  return h(
    "div", { class: "stuck" },
    h("h3", {}, "Why it gets stuck"),
    h("p", {}, order.candidates.length === 1
      ? "What would come next waits for something that can no longer come:"
      : `Each of these ${order.candidates.length} could be next, but each waits for another one, so none can go first:`),
    h("ul", { class: "candidates" }, order.candidates.map(candidateView)),
    order.conflicts.length > 0 && h(
      "ul", { class: "conflicts" },
      order.conflicts.map((conflict) => h("li", {},
        h("strong", {}, `${conflict.package} ${conflict.version}`), ` insists on ${conflict.depends_on}`,
        conflict.holds_package ? `, so ${conflict.holds_package} ${conflict.holds_version ?? ""} cannot move on before it has run.` : ".",
      )),
    ),
    order.message && h("details", {}, h("summary", {}, "The message the product itself would give"), h("pre", { tabindex: 0 }, order.message)),
  );
}

function candidateView(candidate: Candidate): HTMLElement {
  const waits = candidate.dependencies.filter((one) => !one.satisfied);
  return h(
    "li", {},
    h("strong", {}, `${candidate.package} ${candidate.version}`),
    waits.length > 0
      ? h("ul", {}, waits.map((one) => h("li", { class: "waits" }, `waits for ${one.package} ${one.version}${one.step ? " (its own previous step)" : ""}`)))
      : " waits for a step that others hold back",
  );
}

function cyclesView(cycles: readonly string[][]): HTMLElement {
  return h(
    "div", { class: "stuck" },
    h("h3", {}, cycles.length === 1 ? "A circle of dependencies" : "Circles of dependencies"),
    h("ul", { class: "cycles" }, cycles.map((cycle) => h("li", {}, h("span", { class: "cycle" }, [...cycle, cycle[0] ?? ""].join(" → "))))),
    h("p", {}, "Each needs the next one first. Remove one of these dependencies, or move what is shared into a package of its own."),
  );
}

function missingView(order: Order): HTMLElement | null {
  if (order.missing.length === 0) return null;
  const byNeed = new Map<string, string[]>();
  for (const { needs, needs_id, version, package: wanting, optional } of order.missing) {
    const need = `${needs ?? needs_id ?? "?"}${version ? ` ${version}` : ""}${optional ? " (optional)" : ""}`;
    byNeed.set(need, [...(byNeed.get(need) ?? []), wanting]);
  }
  return h(
    "div", { class: "missing" },
    h("h3", {}, "Has to be on the target already"),
    longList(h("ul", {}), [...byNeed], STEPS_AT_ONCE, ([need, wanting]) => h("li", {}, h("strong", {}, need), ` is needed by ${listOf([...new Set(wanting)], 5)}`)),
  );
}

function repairsView(repairs: readonly Repair[]): HTMLElement {
  return h(
    "div", { class: "repairs" },
    h("h3", {}, repairs.length === 1 ? "An edit that resolves it" : "Edits that resolve it (one is enough)"),
    h("ul", {}, repairs.map((repair) => h(
      "li", {}, h("p", {}, h("strong", {}, repair.title)),
      h("ul", { class: "edits" }, repair.edits.map((edit) => h(
        "li", {}, h("span", { class: "place" }, edit.file), h("br"), `${edit.package} ${edit.version}: ${edit.dependency} `,
        h("del", {}, edit.from || "(none)"), " → ", h("ins", {}, edit.to || "(removed)"),
      ))),
    ))),
  );
}
