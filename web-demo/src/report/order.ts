// The order of installation: as lanes and as a table; or why there is none, and the edits that give it back.
import type { Order, Repair, Report } from "backstay";
import { announce, append, button, h, longList, save } from "../dom";
import { count, listOf, number, t } from "../text";
import type { Upload } from "../upload";
import { circlePicture, waitsOf } from "./circle_picture";
import type { Context } from "./context";
import { lanesOf, type Lanes, type Step, Waits } from "./lanes";
import { LanesCanvas } from "./lanes_canvas";

const ROWS_AT_ONCE = 100;
const nameOf = (step: Step): string => [step.package, step.version].filter(Boolean).join(" ");

export class OrderPart {
  readonly element: HTMLElement;
  #context: Context;
  #lanes: Lanes;
  #waits: Waits;
  #canvas: LanesCanvas;
  #about = h("div", { class: "step-about", role: "region", "aria-label": t.order.step });

  constructor(context: Context) {
    const { report } = context;
    this.#context = context;
    this.#lanes = lanesOf(report);
    this.#waits = new Waits(report, this.#lanes);
    this.#canvas = new LanesCanvas(this.#lanes, this.#waits);
    this.#canvas.onSelect = (index) => this.#select(index, true);
    this.element = h("div", { class: "order-part" }, correctedFiles(context.upload), this.#stuck(report.order), missingView(report.order), this.#steps(report));
  }

  show(key: string | undefined): void {
    if (!key) return;
    const index = this.#lanes.steps.findIndex((step) => nameOf(step) === key);
    if (index < 0) return;
    this.#canvas.select(index);
    this.#select(index, false);
  }

  end(): void {
    this.#canvas.end();
  }

  #steps(report: Report): HTMLElement | null {
    if (this.#lanes.steps.length === 0) return null;
    const complete = report.order.status === "ok" || report.order.status === "missing";
    const picture = h("div", { class: "picture" }, this.#tools(), this.#canvas.element, h("p", { class: "hint" }, t.order.keys), this.#about);
    const table = h("div", { class: "order-table", hidden: true });
    const views = h("fieldset", { class: "views" }, h("legend", { class: "visually-hidden" }, t.order.view),
      ([["picture", t.order.picture], ["table", t.order.table]] as const).map(([value, words]) => h("label", { class: "view" },
        h("input", {
          type: "radio", name: "order-view", value, checked: value === "picture",
          onchange: () => {
            picture.hidden = value !== "picture";
            table.hidden = value !== "table";
            if (!table.hidden && table.childElementCount === 0) table.append(this.#table());
          },
        }), words)));
    this.#select(null, false);
    return h("section", { class: "card", "aria-labelledby": "order-steps" },
      h("div", { class: "card-head" }, h("h3", { id: "order-steps" }, complete ? t.order.complete(count(report.order.steps.length, t.nouns.step)) : t.order.partial(count(report.order.steps.length, t.nouns.step))), views),
      picture, table);
  }

  #tools(): HTMLElement {
    let at = -1;
    let hits: number[] = [];
    const found = h("span", { class: "hits", role: "status" });
    const search = h("input", { type: "search", class: "search", "aria-label": t.order.search, placeholder: t.order.search });
    const jump = () => {
      if (hits.length === 0) return;
      at = (at + 1) % hits.length;
      const index = hits[at] as number;
      this.#canvas.select(index);
      this.#select(index, true);
    };
    search.addEventListener("input", () => {
      const words = search.value.trim().toLowerCase();
      hits = words ? this.#lanes.steps.flatMap((step, index) => (nameOf(step).toLowerCase().includes(words) ? [index] : [])) : [];
      at = -1;
      this.#canvas.setHits(hits);
      found.textContent = words ? count(hits.length, t.nouns.hit) : "";
    });
    search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") jump();
    });
    const tool = (label: string, words: string, action: () => void) => {
      const made = button(label, action, "quiet small square");
      made.setAttribute("aria-label", words);
      made.title = words;
      return made;
    };
    return h("div", { class: "picture-tools" }, search, found,
      h("span", { class: "actions" }, tool("−", t.order.zoomOut, () => this.#canvas.zoom(1 / 1.4)), tool("+", t.order.zoomIn, () => this.#canvas.zoom(1.4)),
        button(t.order.fit, () => this.#canvas.fit(), "quiet small")));
  }

  #select(index: number | null, byUser: boolean): void {
    const step = index === null ? undefined : this.#lanes.steps[index];
    if (index === null || !step) {
      this.#about.replaceChildren(h("p", { class: "empty" }, t.order.chooseStep));
      if (byUser) this.#context.go("order", undefined, false);
      return;
    }
    const list = (title: string, indices: readonly number[]) => indices.length > 0 && h("div", {}, h("h4", {}, title),
      h("ul", { class: "links" }, indices.slice(0, 30).map((one) => h("li", {}, button(nameOf(this.#lanes.steps[one] as Step), () => {
        this.#canvas.select(one);
        this.#select(one, true);
      }, "link"))), indices.length > 30 && h("li", {}, t.list.more("…", number(indices.length - 30)))));
    const needs = this.#waits.needs(index);
    this.#about.replaceChildren();
    append(this.#about, [
      h("p", { class: "step-name" }, h("strong", {}, nameOf(step)), h("span", { class: "about" }, step.stuck ? t.order.stuckStep : t.order.place(number(step.column + 1), number(this.#context.report.order.steps.length)))),
      list(t.order.waitsFor, needs), list(t.order.neededBy, this.#waits.neededBy(index)), needs.length === 0 && h("p", { class: "about" }, t.order.waitsForNothing),
    ]);
    if (!byUser) return;
    this.#context.go("order", nameOf(step), false);
    announce(`${nameOf(step)}. ${needs.length > 0 ? `${t.order.waitsFor}: ${listOf(needs.map((one) => nameOf(this.#lanes.steps[one] as Step)), 5)}` : t.order.waitsForNothing}`);
  }

  #table(): HTMLElement {
    const body = h("tbody", {});
    const table = h("table", { class: "full" },
      h("caption", { class: "visually-hidden" }, t.order.table),
      h("thead", {}, h("tr", {}, [t.order.columnPlace, t.order.columnPackage, t.order.columnVersion, t.order.columnWaits].map((title) => h("th", { scope: "col" }, title)))), body);
    const rows = longList(body, this.#lanes.steps, ROWS_AT_ONCE, (step, index) => h("tr", { class: step.stuck ? "stuck-row" : null },
      h("td", {}, step.stuck ? t.order.stuckShort : number(step.column + 1)), h("th", { scope: "row" }, step.package), h("td", {}, step.version ?? ""),
      h("td", {}, listOf(this.#waits.needs(index).map((one) => nameOf(this.#lanes.steps[one] as Step)), 6))));
    rows.prepend(h("div", { class: "wide", tabindex: 0, role: "region", "aria-label": t.order.table }, table));
    return rows;
  }

  #stuck(order: Order): HTMLElement | null {
    if (order.candidates.length === 0 && order.cycles.length === 0) return null;
    const circle = h("div", { class: "ring-holder" });
    const draw = (repair: Repair | null) => circle.replaceChildren(...order.cycles.slice(0, 5).flatMap((one) => {
      const waits = waitsOf(order, one, repair);
      const picture = circlePicture(waits);
      const words = h("ol", { class: "waits-list" }, waits.map((wait) => h("li", { class: wait.cut ? "cut" : null },
        h("strong", {}, wait.from), ` ${wait.why}`, wait.cut && h("ins", {}, ` ${t.order.cutBy(wait.cut)}`))));
      return picture ? [picture, words] : [words];
    }));
    draw(null);
    return h("section", { class: "card stuck", "aria-labelledby": "order-stuck" },
      h("h3", { id: "order-stuck" }, order.status === "deadlock" ? t.order.whyDeadlock : t.order.whyCycle),
      h("p", {}, order.status === "deadlock" ? t.order.deadlockAbout : t.order.cycleAbout),
      h("div", { class: "stuck-columns" }, circle, order.repairs.length > 0 ? this.#repairs(order, draw) : h("p", { class: "advice" }, t.order.noRepair)),
      order.message && h("details", { class: "plain" }, h("summary", {}, t.order.vendorMessage), h("pre", { tabindex: 0 }, order.message)));
  }

  #repairs(order: Order, draw: (repair: Repair | null) => void): HTMLElement {
    const choices = order.repairs.map((repair, index) => {
      const apply = button(t.order.apply, () => {
        apply.disabled = true;
        void this.#apply(index, status).finally(() => (apply.disabled = false));
      });
      const status = h("p", { class: "repair-status", role: "status" });
      const box = h("details", {
        class: "repair", open: index === 0,
        ontoggle: () => { if (box.open) { draw(repair); for (const other of list.querySelectorAll("details")) if (other !== box) other.open = false; } },
      },
      h("summary", {}, h("span", { class: "repair-title" }, repair.title), index === 0 && h("span", { class: "badge good" }, t.order.best)),
      h("ul", { class: "edits" }, repair.edits.map((edit) => h("li", {},
        h("p", { class: "place" }, edit.file),
        h("p", {}, `${edit.package} ${edit.version}: ${edit.dependency} `, h("del", {}, edit.from.trim() || t.order.nothing), " → ", h("ins", {}, edit.to || t.order.removed))))),
      h("div", { class: "actions" }, apply), status);
      return box;
    });
    const list = h("div", { class: "repair-list" }, choices);
    return h("div", { class: "repairs" }, h("h4", {}, t.order.repairs(order.repairs.length)), h("p", { class: "about" }, t.order.repairsAbout), list);
  }

  async #apply(index: number, status: HTMLElement): Promise<void> {
    const [input, own] = inputOfRepair(this.#context, index);
    try {
      await this.#context.repair(input, own);
    } catch (error) {
      status.textContent = t.order.notApplied(error instanceof Error ? error.message : String(error));
    }
  }
}

// Repairs of all inputs stand in one list, those of one model together.
function inputOfRepair({ report, upload }: Context, index: number): [input: number, own: number] {
  const models = report.inputs.flatMap((input, at) => (input.kind === "origam-model" ? [at] : []));
  const owner = (repair: Repair | undefined): number => {
    const file = repair?.edits[0]?.file;
    return models.find((at) => {
      const item = upload.items[at];
      return item !== undefined && "files" in item && item.files.some((one) => one.path === file);
    }) ?? models[0] ?? 0;
  };
  const input = owner(report.order.repairs[index]);
  return [input, report.order.repairs.slice(0, index).filter((repair) => owner(repair) === input).length];
}

// Files that a repair made in this page has changed: to be put into the model.
function correctedFiles(upload: Upload): HTMLElement | null {
  const changes = upload.items.flatMap((item) => item.changes ?? []);
  if (changes.length === 0) return null;
  return h("section", { class: "card corrected", "aria-labelledby": "corrected" },
    h("h3", { id: "corrected" }, t.order.corrected(count(changes.length, t.nouns.file))), h("p", {}, t.order.correctedAbout),
    h("ul", { class: "rows" }, changes.map((change) => h("li", { class: "corrected-file" }, h("span", { class: "place" }, change.path),
      button(t.order.download, () => save(change.path.replace(/^.*\//, ""), [change.text], "application/xml"), "small download-corrected")))));
}

function missingView(order: Order): HTMLElement | null {
  if (order.missing.length === 0) return null;
  const byNeed = new Map<string, string[]>();
  for (const { needs, needs_id, version, package: wanting, optional } of order.missing) {
    const need = `${needs ?? needs_id ?? "?"}${version ? ` ${version}` : ""}${optional ? ` ${t.order.optional}` : ""}`;
    byNeed.set(need, [...(byNeed.get(need) ?? []), wanting]);
  }
  return h("section", { class: "card missing", "aria-labelledby": "order-missing" },
    h("h3", { id: "order-missing" }, t.order.missing),
    longList(h("ul", { class: "needed" }), [...byNeed], ROWS_AT_ONCE, ([need, wanting]) => h("li", {}, h("strong", {}, need), h("span", { class: "about" }, t.order.neededByPackages(listOf([...new Set(wanting)], 5))))));
}
