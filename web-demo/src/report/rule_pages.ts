// The catalogue of rules as the module gives it: titles, and pages as elements.
import { type Rule, rules } from "backstay";
import { h } from "../dom";
import { inline, renderPage } from "./markdown";

let catalogue = new Map<string, Rule>();

export async function loadRules(): Promise<void> {
  catalogue = new Map((await rules()).map((rule) => [rule.id, rule]));
}

export const ruleTitle = (id: string): string => catalogue.get(id)?.title ?? "";
export const allRules = (): Rule[] => [...catalogue.values()];

const plainTitle = (title: string): string => inline(title).map((part) => (typeof part === "string" ? part : part.textContent)).join("");

// The page below its title, and without its first sentence, which is the title in the catalogue; null when there is none.
export function rulePage(id: string): HTMLElement | null {
  const rule = catalogue.get(id);
  if (!rule) return null;
  const [, first, ...rest] = renderPage(rule.page);
  return h("div", { class: "page" }, first?.textContent === plainTitle(rule.title) ? rest : [first ?? "", ...rest]);
}
