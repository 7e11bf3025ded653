// The rehearsal as a part of the report: asked for with a button, watched, cancelled, and its outcome.
import type { OperationProblem, RehearsalFinding } from "backstay";
import { announce, button, h, longList } from "../dom";
import { count, listOf, number, t } from "../text";
import type { Context } from "../report/context";
import { scriptKey } from "../report/scripts";
import { type Mood, sentence } from "../report/words";
import { NOT_REPEATABLE, rehearsable, rehearse, type Rehearsal, type RehearsedStep, type StepState, type Watcher } from "./run";

const ROWS_AT_ONCE = 60;
const NOTES_SHOWN = 6;
const stateMood: Record<StepState, Mood> = { waiting: "none", applied: "care", failed: "bad", skipped: "none", undone: "good", "not-undone": "bad" };

export class RehearsalPart {
  readonly element = h("div", { class: "rehearsal-part" });
  #context: Context;
  #control: AbortController | null = null;

  constructor(context: Context) {
    this.#context = context;
    this.#offer();
  }

  end(): void {
    this.#control?.abort(new Error("closed"));
  }

  #offer(notice?: string): void {
    const all = this.#context.report.scripts.length;
    const scripts = rehearsable(this.#context);
    this.element.replaceChildren(h("section", { class: "card rehearsal-offer" },
      h("h3", {}, t.rehearsal.title), h("p", {}, t.rehearsal.about),
      h("ul", { class: "plain-list" }, [t.rehearsal.stays, t.rehearsal.environment, t.rehearsal.memory].map((words) => h("li", {}, words))),
      scripts < all && h("p", { class: "about" }, t.rehearsal.only(count(scripts, t.nouns.sqlScript), number(all))),
      notice && h("p", { class: "notice", role: "status" }, notice),
      h("div", { class: "actions" }, button(t.rehearsal.start, () => void this.#start()))));
  }

  async #start(): Promise<void> {
    const control = new AbortController();
    this.#control = control;
    const { element, watcher } = progress(() => control.abort(new Error("cancelled")));
    this.element.replaceChildren(element);
    element.querySelector<HTMLElement>("h3")?.focus();
    try {
      const outcome = await rehearse(this.#context, watcher, control.signal);
      this.#show(outcome);
    } catch (error) {
      if (control.signal.aborted) this.#offer(t.rehearsal.cancelled);
      else this.#offer(t.rehearsal.broken(error instanceof Error ? error.message : String(error)));
    } finally {
      this.#control = null;
    }
  }

  #show(outcome: Rehearsal): void {
    const { mood, words } = verdictOf(outcome);
    const madeOf = outcome.described ? t.rehearsal.described : t.rehearsal.made;
    this.element.replaceChildren(
      h("p", { class: `compare-verdict ${mood}`, tabindex: -1 }, words),
      h("p", { class: "about" }, t.rehearsal.on(outcome.server), outcome.tables.length > 0 && ` ${madeOf(listOf(outcome.tables.map(unquoted), 8))}`),
      h("div", { class: "compare-lists" },
        list(t.rehearsal.left(count(outcome.findings.length, t.nouns.difference)), outcome.repeated ? t.rehearsal.leftNone : t.rehearsal.leftUnknown, outcome.findings, (one) => this.#finding(one)),
        list(t.rehearsal.changed(count(outcome.changes.length, t.nouns.change)), t.rehearsal.changedNone, outcome.changes, (one) => h("li", {}, difference(one)))),
      h("section", { class: "card" }, h("h3", {}, t.rehearsal.scripts), longList(h("ol", { class: "timeline" }), outcome.steps, ROWS_AT_ONCE, (one) => this.#step(one))),
      h("div", { class: "actions no-print" }, button(t.rehearsal.again, () => void this.#start(), "quiet")));
    this.element.querySelector<HTMLElement>(".compare-verdict")?.focus();
    announce(words);
  }

  #finding({ message, file, line }: RehearsalFinding): HTMLElement {
    return h("li", {}, h("span", {}, difference(message)), file && h("span", { class: "about" }, line > 0 ? t.place.fileLine(file, number(line)) : file));
  }

  #step({ step, file, state, message }: RehearsedStep): HTMLElement {
    // A key of the plan ends with the file's path inside its package.
    const script = this.#context.report.scripts.find((one) => one.file && (one.file === file || one.file.endsWith(file) || file.endsWith(one.file)));
    return h("li", { class: stateMood[state] },
      h("div", { class: "timeline-head" }, h("span", { class: "name" }, step.element || file),
        step.kind === "data_binding" && h("span", { class: "badge" }, t.rehearsal.boundData),
        h("span", { class: `verdict ${stateMood[state]}` }, t.rehearsal.states[state])),
      step.package && h("p", { class: "about" }, step.package),
      message && h("p", { class: "note" }, difference(message)),
      script && h("p", { class: "no-print" }, button(t.rollback.openScript, () => this.#context.go("scripts", scriptKey(script)), "link")));
  }
}

// A difference in the page's language.
const difference = (message: string): string => sentence(t.rehearsal.differences.reduce((text, [pattern, words]) => text.replace(pattern, words), message));
const unquoted = (name: string): string => name.replaceAll('"', "");

function verdictOf({ steps, findings, problem, complete }: Rehearsal): { mood: Mood; words: string } {
  const skipped = steps.filter(({ state }) => state === "skipped").length;
  const left = findings.filter(({ rule }) => rule !== NOT_REPEATABLE).length;
  if (steps.length === skipped) return { mood: "care", words: t.rehearsal.nothingRan };
  if (steps.some(({ state }) => state === "failed")) return { mood: "bad", words: (left > 0 ? t.rehearsal.notAppliedLeft : t.rehearsal.notApplied)(placeOf(problem)) };
  if (left > 0) return { mood: "bad", words: t.rehearsal.differs(count(left, t.nouns.difference)) };
  if (findings.length > 0) return { mood: "care", words: t.rehearsal.notRepeatable(count(findings.length, t.nouns.difference)) };
  if (!complete) return { mood: "bad", words: t.rehearsal.stopped(problem ? sentence(problem.message) : "") };
  if (skipped > 0) return { mood: "care", words: t.rehearsal.comesBackPartly(count(skipped, t.nouns.step)) };
  return { mood: "good", words: t.rehearsal.comesBack };
}

function placeOf(problem: OperationProblem | null): string {
  const where = problem?.where;
  const place = where?.file ? `${where.line > 0 ? t.place.fileLine(where.file, number(where.line)) : where.file}: ` : "";
  return `${place}${problem?.message ?? ""}`;
}

function list<T>(title: string, none: string, items: readonly T[], draw: (one: T) => HTMLElement): HTMLElement {
  return h("section", {}, h("h3", {}, title), items.length === 0 ? h("p", { class: "empty" }, none) : longList(h("ul", { class: "compare-list" }), items, ROWS_AT_ONCE, draw));
}

function progress(cancel: () => void): { element: HTMLElement; watcher: Watcher } {
  const phase = h("p", { class: "what", role: "status" }, t.rehearsal.phases.starting);
  const bar = h("progress", { "aria-label": t.rehearsal.title });
  const notes = h("ul", { class: "rehearsal-notes" });
  const element = h("section", { class: "card checking rehearsal-running" }, h("h3", { tabindex: -1 }, t.rehearsal.running), bar, phase, notes,
    h("div", { class: "actions" }, button(t.progress.cancel, cancel, "quiet")));
  return {
    element,
    watcher: {
      phase: (name, done, total) => {
        phase.textContent = t.rehearsal.phases[name];
        if (total > 1) {
          bar.max = total;
          bar.value = done;
        } else bar.removeAttribute("value");
      },
      note: (what) => {
        notes.append(h("li", {}, t.rehearsal.added(what.replaceAll('"', ""))));
        while (notes.childElementCount > NOTES_SHOWN) notes.firstElementChild?.remove();
      },
    },
  };
}
