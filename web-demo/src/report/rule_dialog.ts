// The page of one rule, in a dialog: why it matters, examples, what to do instead.
import type { Rule } from "backstay";
import { h } from "../dom";
import { renderPage } from "./markdown";

export class RuleDialog {
  readonly element = h("dialog", { class: "rule", "aria-labelledby": "rule-title" });
  #rules = new Map<string, Rule>();

  setRules(rules: readonly Rule[]): void {
    this.#rules = new Map(rules.map((rule) => [rule.id, rule]));
  }

  title(id: string): string {
    return this.#rules.get(id)?.title ?? "";
  }

  has(id: string): boolean {
    return this.#rules.has(id);
  }

  show(id: string): void {
    const rule = this.#rules.get(id);
    if (!rule) return;
    const close = h("button", { type: "button", class: "quiet close", onclick: () => this.element.close() }, "Close");
    const page = h("div", { class: "page" }, ...renderPage(rule.page));
    const title = page.querySelector("h2");
    if (title) title.id = "rule-title";
    this.element.replaceChildren(h("div", { class: "dialog-bar" }, h("span", { class: "rule-id" }, rule.id), close), page);
    this.element.showModal();
    this.element.scrollTop = 0;
  }
}
