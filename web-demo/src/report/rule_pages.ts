// The catalogue of rules as the module gives it: titles, and pages as elements.
import { type Rule, rules } from "backstay";
import { h } from "../dom";
import { language } from "../text";
import russianTitles from "../text/rule_titles.ru.json";
import { inline, renderPage } from "./markdown";

let catalogue = new Map<string, Rule>();

export async function loadRules(): Promise<void> {
  catalogue = new Map((await rules()).map((rule) => [rule.id, rule]));
}

// The pages are in English; their titles, which head the groups of findings, are in the language of the page.
export function ruleTitle(id: string): string {
  const translated = language === "ru" ? (russianTitles as Record<string, string>)[id] : undefined;
  return translated ?? catalogue.get(id)?.title ?? "";
}
export const allRules = (): Rule[] => [...catalogue.values()];

const plainTitle = (title: string): string => inline(title).map((part) => (typeof part === "string" ? part : part.textContent)).join("");

// The page below its title, and without its first sentence, which is the title in the catalogue; null when there is none.
export function rulePage(id: string): HTMLElement | null {
  const rule = catalogue.get(id);
  if (!rule) return null;
  const [, first, ...rest] = renderPage(rule.page);
  return h("div", { class: "page", lang: "en" }, first?.textContent === plainTitle(rule.title) ? rest : [first ?? "", ...rest]);
}
