// The language of the page. Every text is in en.ts and, with the same members, in ru.ts; `t` is the chosen one.
import { en } from "./en";
import { ru } from "./ru";

export type Text = typeof en;
export type Language = "en" | "ru";

const STORED = "backstay.language";
const languages: Record<Language, Text> = { en, ru };

export let language: Language = chosen();
export let t: Text = languages[language];
apply();

function chosen(): Language {
  const kept = stored(STORED);
  if (kept === "en" || kept === "ru") return kept;
  return navigator.languages.some((one) => one.toLowerCase().startsWith("ru")) && !navigator.languages[0]?.startsWith("en") ? "ru" : "en";
}

export function setLanguage(next: Language): void {
  language = next;
  t = languages[next];
  store(STORED, next);
  apply();
}

function apply(): void {
  document.documentElement.lang = language;
}

export const number = (value: number): string => value.toLocaleString(t.locale);

// "3 errors": forms are one, few (Russian only) and many.
export function count(value: number, forms: readonly string[]): string {
  return `${number(value)} ${form(value, forms)}`;
}

export function form(value: number, forms: readonly string[]): string {
  const rule = new Intl.PluralRules(t.locale).select(value);
  const index = rule === "one" ? 0 : rule === "few" ? 1 : forms.length - 1;
  return forms[Math.min(index, forms.length - 1)] ?? "";
}

export function bytes(value: number): string {
  if (value < 1000) return count(value, t.units.byte);
  let unit = -1;
  let size = value;
  while (size >= 1000 && unit < t.units.larger.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${size.toLocaleString(t.locale, { maximumFractionDigits: size < 10 ? 1 : 0 })} ${t.units.larger[unit]}`;
}

// "A, B and 3 more".
export function listOf(names: readonly string[], most: number): string {
  const shown = names.slice(0, most);
  const rest = names.length - shown.length;
  if (rest > 0) return t.list.more(shown.join(", "), number(rest));
  if (shown.length < 2) return shown.join("");
  return t.list.and(shown.slice(0, -1).join(", "), shown[shown.length - 1] ?? "");
}

// Storage may be forbidden; then a choice lasts as long as the page.
export function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function store(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // nothing to be done
  }
}
