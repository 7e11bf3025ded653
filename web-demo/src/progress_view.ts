// What is being done, how far it is, and a way out.
import type { Progress } from "backstay";
import { bytes, h } from "./dom";

export interface ProgressView {
  element: HTMLElement;
  update: (progress: Progress) => void;
}

export function progressView(names: string, cancel: () => void): ProgressView {
  const bar = h("progress", { max: 1, "aria-label": "Progress" });
  const what = h("p", { class: "what", "aria-live": "polite" }, "starting");
  const amount = h("p", { class: "amount" }, "");
  const button = h("button", { type: "button", class: "quiet", onclick: cancel }, "Cancel");
  const element = h("section", { class: "checking", "aria-labelledby": "checking" },
    h("h1", { id: "checking", tabindex: -1 }, `Checking ${names}`), bar, what, amount, button);
  let announced = 0;
  return {
    element,
    update: ({ what: phrase, done, total }) => {
      if (total > 0) bar.value = Math.min(1, done / total);
      else bar.removeAttribute("value");
      amount.textContent = total > 0 ? `${bytes(done)} of ${bytes(total)}` : "";
      // A screen reader is told once a second at most.
      const now = performance.now();
      if (now - announced > 1000) {
        what.textContent = phrase;
        announced = now;
      }
    },
  };
}
