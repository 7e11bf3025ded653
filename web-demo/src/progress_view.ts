// What is being done, how far it is, and a way out.
import type { Progress } from "backstay";
import { button, h } from "./dom";
import { bytes, t } from "./text";

export interface ProgressView {
  element: HTMLElement;
  update: (progress: Progress) => void;
}

const ANNOUNCE_EVERY_MS = 1000; // a screen reader is told once a second at most

export function progressView(names: string, cancel: () => void): ProgressView {
  const bar = h("progress", { max: 1, "aria-label": t.progress.label });
  const what = h("p", { class: "what", "aria-live": "polite" }, t.progress.starting);
  const amount = h("p", { class: "amount" }, "");
  const element = h("section", { class: "checking", "aria-labelledby": "checking" },
    h("h1", { id: "checking", tabindex: -1 }, t.progress.title(names)), bar,
    h("div", { class: "checking-line" }, what, amount),
    h("div", { class: "actions" }, button(t.progress.cancel, cancel, "quiet")));
  let announced = 0;
  return {
    element,
    update: ({ what: phrase, done, total }) => {
      if (total > 0) bar.value = Math.min(1, done / total);
      else bar.removeAttribute("value");
      amount.textContent = total > 0 ? t.progress.amount(bytes(done), bytes(total)) : "";
      const now = performance.now();
      if (now - announced > ANNOUNCE_EVERY_MS) {
        what.textContent = phrase;
        announced = now;
      }
    },
  };
}
