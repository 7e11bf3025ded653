// The rehearsal as a part of the report: asked for with a button, watched, cancelled, and its outcome.
import type { Difference } from "backstay";
import { announce, button, h, longList } from "../dom";
import { count, listOf, number, t } from "../text";
import type { Context } from "../report/context";
import { scriptKey } from "../report/scripts";
import { type Mood, sentence } from "../report/words";
import { rehearsable, rehearse, type Rehearsal, type RehearsedScript, type StepState, type Watcher } from "./run";

const ROWS_AT_ONCE = 60;
const NOTES_SHOWN = 6;
const stateMood: Record<StepState, Mood> = { waiting: "none", applied: "care", failed: "bad", skipped: "none", undone: "good", partly: "care", "not-undone": "bad" };

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
      scripts.length < all && h("p", { class: "about" }, t.rehearsal.only(count(scripts.length, t.nouns.sqlScript), number(all))),
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
    const ran = outcome.scripts.filter(({ state }) => ["undone", "partly", "not-undone", "applied"].includes(state));
    const failed = outcome.scripts.filter(({ state }) => state === "failed" || state === "skipped");
    const mood: Mood = outcome.complete && ran.length > 0 ? "good" : outcome.left.length > 0 || ran.some(({ state }) => state === "not-undone") ? "bad" : "care";
    const words = ran.length === 0 ? t.rehearsal.nothingRan : outcome.left.length > 0 ? t.rehearsal.differs(count(outcome.left.length, t.nouns.difference))
      : failed.length > 0 ? t.rehearsal.comesBackPartly(count(failed.length, t.nouns.sqlScript)) : t.rehearsal.comesBack;
    this.element.replaceChildren(
      h("p", { class: `compare-verdict ${mood}`, tabindex: -1 }, words),
      h("p", { class: "about" }, t.rehearsal.on(outcome.server), outcome.tables.length > 0 && ` ${t.rehearsal.made(listOf(outcome.tables.map(unquoted), 8))}`),
      h("section", { class: "card" }, h("h3", {}, t.rehearsal.scripts), longList(h("ol", { class: "timeline" }), outcome.scripts, ROWS_AT_ONCE, (one) => this.#script(one))),
      h("div", { class: "compare-lists" },
        differences(t.rehearsal.left(count(outcome.left.length, t.nouns.difference)), t.rehearsal.leftNone, outcome.left),
        differences(t.rehearsal.changed(count(outcome.changed.length, t.nouns.change)), t.rehearsal.changedNone, outcome.changed)),
      h("div", { class: "actions no-print" }, button(t.rehearsal.again, () => void this.#start(), "quiet")));
    this.element.querySelector<HTMLElement>(".compare-verdict")?.focus();
    announce(words);
  }

  #script({ script, state, message }: RehearsedScript): HTMLElement {
    return h("li", { class: stateMood[state] },
      h("div", { class: "timeline-head" }, h("span", { class: "name" }, script.name ?? script.file ?? ""), h("span", { class: `verdict ${stateMood[state]}` }, t.rehearsal.states[state])),
      script.package && h("p", { class: "about" }, script.package),
      message && h("p", { class: "note" }, sentence(message)),
      h("p", { class: "no-print" }, button(t.rollback.openScript, () => this.#context.go("scripts", scriptKey(script)), "link")));
  }
}

const unquoted = (name: string): string => name.replaceAll('"', "");

function differences(title: string, none: string, list: readonly Difference[]): HTMLElement {
  return h("section", {}, h("h3", {}, title), list.length === 0 ? h("p", { class: "empty" }, none)
    : longList(h("ul", { class: "compare-list" }), list, ROWS_AT_ONCE, (one) => h("li", {}, h("span", { class: "badge" }, t.rehearsal.kinds[one.kind]), h("span", {}, sentence(one.sentence)))));
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
      changed: () => {},
    },
  };
}
