// Reports to keep: written by the core, the same text that the command line writes.
import { type Format, type Options, render } from "backstay";
import { button, h, save } from "../dom";
import { t } from "../text";
import type { Upload } from "../upload";

const formats: readonly [Format, string, string][] = [
  ["json", "json", "application/json"], ["sarif", "sarif", "application/sarif+json"], ["html", "html", "text/html"],
  ["markdown", "md", "text/markdown"], ["junit", "xml", "application/xml"], ["text", "txt", "text/plain"],
];

export function takeAway(upload: Upload, options: () => Promise<Options>): HTMLElement {
  const status = h("p", { class: "menu-status", role: "status" });
  const take = async (format: Format, ending: string, type: string) => {
    status.textContent = t.takeAway.writing;
    try {
      const text = await render(upload.items, format, await options());
      const name = (upload.items[0]?.path ?? "report").replace(/^.*\//, "");
      save(`${name}.backstay.${ending}`, [text], type);
      status.textContent = "";
      menu.open = false;
      summary.focus();
    } catch (error) {
      status.textContent = t.takeAway.failed(error instanceof Error ? error.message : String(error));
    }
  };
  const summary = h("summary", { class: "button quiet" }, t.takeAway.title);
  const menu = h("details", { class: "menu take-away" }, summary,
    h("div", { class: "menu-body" },
      h("ul", {}, formats.map(([format, ending, type]) => {
        const made = button("", () => void take(format, ending, type), "menu-item");
        made.dataset.format = format;
        made.append(h("strong", {}, t.takeAway.formats[format as keyof typeof t.takeAway.formats].name), h("span", {}, t.takeAway.formats[format as keyof typeof t.takeAway.formats].about));
        return h("li", {}, made);
      })), status));
  closeOutside(menu);
  return menu;
}

// A menu closes with Escape, and when something else is chosen.
export function closeOutside(menu: HTMLDetailsElement): void {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget instanceof Node && !menu.contains(event.relatedTarget)) menu.open = false;
  });
}
